# One layer of the golden image: `from` is booted, `playbook` is run on it over SSH, and what stands then is the result.
# Layers: host.yml on the base disk, then release.yml on the host. In Packer 1.6's HCL; scripts/bake-image says how it is called.

variable "from" {
  description = "The disk to start from (qcow2)."
  default     = ""
}
variable "playbook" {
  description = "host.yml or release.yml."
  default     = "host.yml"
}
variable "out" {
  description = "The folder to make; the image in it is golden.qcow2."
  default     = "target/image/out"
}
variable "ansible_playbook" {
  default = "target/tools/ansible/bin/ansible-playbook"
}
variable "binary" {
  default = ""
}
variable "release" {
  description = "release.json of the release that the binary is of, or nothing."
  default     = ""
}
variable "images" {
  description = "A folder of OCI layouts, or nothing."
  default     = ""
}
variable "key" {
  description = "A private key, made for this bake alone."
  default     = ""
}
variable "key_public" {
  default = ""
}
variable "accelerator" {
  description = "kvm where there is one; tcg, some ten times slower, anywhere."
  default     = "tcg"
}
variable "cpus" {
  default = "2"
}
variable "firmware" {
  default = "/usr/share/ovmf/OVMF.fd"
}

# AWS.
variable "region" {
  default = "us-east-1"
}
variable "source_ami" {
  description = "Debian 12's own, or the host layer's."
  default     = ""
}
variable "ec2_endpoint" {
  description = "Another EC2 than Amazon's, for tests."
  default     = ""
}
variable "ami_name" {
  default = "primetime-golden"
}
variable "ssh_host" {
  description = "Where the instance answers, if not where EC2 says."
  default     = ""
}
variable "ssh_port" {
  default = 22
}
variable "communicator" {
  default = "ssh"
}
variable "ami_user" {
  description = "Who may log in: root on our base disk, admin on Debian's."
  default     = "root"
}
variable "stock_debian" {
  default = "false"
}

source "qemu" "golden" {
  iso_url              = var.from
  iso_checksum         = "none"
  disk_image           = true
  disk_size            = "2560M"
  format               = "qcow2"
  disk_interface       = "virtio"
  net_device           = "virtio-net"
  output_directory     = var.out
  vm_name              = "golden.qcow2"
  skip_compaction      = true
  accelerator          = var.accelerator
  machine_type         = "q35"
  headless             = true
  boot_wait            = "1s"
  ssh_username         = "root"
  ssh_private_key_file = var.key
  ssh_timeout          = "20m"
  shutdown_command     = "systemctl poweroff"
  shutdown_timeout     = "5m"
  qemuargs = [
    ["-bios", var.firmware],
    ["-cpu", "Nehalem"],
    ["-smp", var.cpus],
    ["-m", "1024"],
    ["-fw_cfg", "name=opt/io.systemd.credentials/primetime.bake-key,string=${var.key_public}"],
    ["-device", "virtio-rng-pci"],
    ["-device", "virtio-net,netdev=user.0"],
    ["-serial", "file:${var.out}.console"],
  ]
}

source "amazon-ebs" "golden" {
  region               = var.region
  custom_endpoint_ec2  = var.ec2_endpoint
  source_ami           = var.source_ami
  instance_type        = "t3.small"
  ami_name             = var.ami_name
  ami_description      = "Primetime's golden image"
  ena_support          = true
  communicator         = var.communicator
  ssh_username         = var.ami_user
  ssh_private_key_file = var.key
  ssh_host             = var.ssh_host
  ssh_port             = var.ssh_port
  ssh_timeout          = "20m"
  tags                 = { Name = var.ami_name, Layer = var.playbook }
}

build {
  sources = ["source.qemu.golden", "source.amazon-ebs.golden"]

  provisioner "ansible" {
    playbook_file    = "deploy/image/ansible/${var.playbook}"
    command          = var.ansible_playbook
    user             = var.ami_user
    use_proxy        = false
    ansible_env_vars = ["ANSIBLE_CONFIG=deploy/image/ansible/ansible.cfg", "ANSIBLE_FORCE_COLOR=0"]
    extra_arguments = [
      "--extra-vars", "binary=${var.binary} release=${var.release} images=${var.images} stock_debian=${var.stock_debian}",
      "--become",
    ]
  }
}
