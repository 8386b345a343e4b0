"""The amazon-ebs half of golden.pkr.hcl, run to its end: moto plays EC2, and the instance that it "starts" is the base disk, booted
in QEMU, where Packer and Ansible find it by `ssh_host`. Seen: the host layer, and then the release's on the image that came of it, with the
release's container image, converge over SSH on a machine that Packer believes to be EC2's and are sealed, images with our names and tags are
registered, and nothing is left running. Not seen: Amazon.

amazon.py BASE.qcow2 WORK RELEASE      RELEASE: a release's folder"""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import time

import boto3
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ec2.models import ec2_backends
from moto.server import ThreadedMotoServer

HERE = pathlib.Path(__file__).parents[2]
REGION = "us-east-1"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def machine(disk, work, port, key):
    """The instance: it lets in whoever has the key."""
    return subprocess.Popen([
        "nice", "-n", "2", "qemu-system-x86_64", "-machine", f"q35,accel={os.environ.get('ACCELERATOR', 'tcg')}", "-cpu", "Nehalem",
        "-smp", "2", "-m", "1024", "-bios", "/usr/share/ovmf/OVMF.fd", "-display", "none", "-monitor", "none", "-no-reboot",
        "-serial", f"file:{work}/console", "-drive", f"file={disk},if=virtio,format=qcow2,snapshot=on",
        "-fw_cfg", f"name=opt/io.systemd.credentials/primetime.bake-key,string={key}",
        "-device", "virtio-rng-pci", "-device", "virtio-net,netdev=net",
        "-netdev", f"user,id=net,hostfwd=tcp:127.0.0.1:{port}-:22"])


def bake(endpoint, source, port, work, playbook, release):
    values = {
        "ec2_endpoint": endpoint, "region": REGION, "source_ami": source, "ami_name": f"primetime-{playbook}", "playbook": playbook,
        "binary": release / "primetime", "release": release / "release.json", "images": work / "images",
        "ssh_host": "127.0.0.1", "ssh_port": port, "ami_user": "root", "key": f"{work}/key",
        "ansible_playbook": f"{HERE}/target/tools/ansible/bin/ansible-playbook"}
    words = [word for name, value in values.items() for word in ("-var", f"{name}={value}")]
    env = dict(os.environ, CHECKPOINT_DISABLE="1", PACKER_CACHE_DIR=f"{work}/cache", AWS_ACCESS_KEY_ID="seen", AWS_SECRET_ACCESS_KEY="seen",
               AWS_EC2_METADATA_DISABLED="true")
    return subprocess.run(["packer", "build", "-color=false", "-only=amazon-ebs.golden", *words, "deploy/image/golden.pkr.hcl"],
                          cwd=HERE, env=env, capture_output=True, text=True, check=False)


def registered(ec2, done, playbook, tasks):
    """The image that a bake came to."""
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    recap = re.search(r"changed=(\d+) .*unreachable=0 +failed=0", said)
    assert recap and int(recap[1]) > 0, said
    undone = [task for task in tasks if not re.search(rf"TASK \[\w+ : {task}\] \**\s+.*changed: ", said)]
    assert not undone, (undone, said)
    name = f"primetime-{playbook}"
    [image] = ec2.describe_images(Owners=["self"], Filters=[{"Name": "name", "Values": [name]}])["Images"]
    tags = {tag["Key"]: tag["Value"] for tag in image.get("Tags", [])}
    assert tags == {"Name": name, "Layer": playbook}, tags
    print(f"amazon-ebs against moto, {playbook}: {recap[0]}, image {image['ImageId']}", flush=True)
    # What Amazon says of an image of a machine whose root is on EBS, moto forgets; without it Packer starts nothing from it.
    ec2_backends[DEFAULT_ACCOUNT_ID][REGION].amis[image["ImageId"]].root_device_type = "ebs"
    return image["ImageId"]


def main(disk, work, release):
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "bake", "-f", work / "key"], check=True)
    # As `release build --machine` hands it to the bake.
    (work / "images").mkdir()
    subprocess.run(["skopeo", "copy", "--quiet", f"oci:{release}/images:primetime", f"oci:{work}/images/primetime:baked"], check=True)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    endpoint = "http://{}:{}".format(*server.get_host_and_port())
    ec2 = boto3.client("ec2", region_name=REGION, endpoint_url=endpoint, aws_access_key_id="seen", aws_secret_access_key="seen")
    image = ec2.describe_images()["Images"][0]["ImageId"]
    port, started = free_port(), time.monotonic()
    # The second bake's instance is the first one's, as it was left: what an image of it would be.
    instance = machine(disk, work, port, (work / "key.pub").read_text().strip())
    try:
        layers = {"host.yml": ["Units"], "release.yml": ["What was signed", "Container images", "Into podman's read-only store", "What only baking needed goes"]}
        for playbook, tasks in layers.items():
            image = registered(ec2, bake(endpoint, image, port, work, playbook, release), playbook, tasks)
    finally:
        instance.kill()
        instance.wait()
    states = [i["State"]["Name"] for r in ec2.describe_instances()["Reservations"] for i in r["Instances"]]
    assert states and set(states) == {"terminated"}, states
    left = [group["GroupName"] for group in ec2.describe_security_groups()["SecurityGroups"] if group["GroupName"].startswith("packer")]
    assert not left, left
    server.stop()
    print(f"both in {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main(*(pathlib.Path(path).resolve() for path in sys.argv[1:4]))
