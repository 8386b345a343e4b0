"""The AWS description: understood by cfn-lint, and made, looked at and unmade in moto, which stands in for AWS.

What moto does not do: it starts nothing. No instance boots, no health check is asked, no alarm fires, no
policy is enforced, attributes of target groups are not taken over, Rules of a template are not evaluated, and what UNKNOWN names is not made. What is shown is that the description can be created whole, that its
parts are those meant, and that it goes away."""

import base64
import json
import logging
import pathlib
import re
import subprocess
import sys
import time
import unittest
import warnings

import boto3
import yaml
from moto.server import ThreadedMotoServer

from user_data import parsed, rendered

HERE = pathlib.Path(__file__).parents[2]
AWS = HERE / "deploy/aws"
REGION = "eu-central-1"
logging.getLogger("werkzeug").setLevel(logging.ERROR)
# What moto's CloudFormation leaves out.
UNKNOWN = {"base.yaml": {"ObjectsPolicy", "SecretsPolicy"}, "group.yaml": {"Scaling", "BelowFloor", "Errors", "Slow"}}
ROLES = ["site", "origin", "work"]


class Lint(unittest.TestCase):
    def lint(self, *paths):
        program = pathlib.Path(sys.executable).with_name("cfn-lint")
        return subprocess.run([program, "--regions", REGION, "--", *map(str, paths)],
                              capture_output=True, text=True, check=False)

    def test_templates(self):
        done = self.lint(AWS / "base.yaml", AWS / "group.yaml")
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))


class Made(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # Of what it leaves out: UNKNOWN has it.
        warnings.simplefilter("ignore", UserWarning)
        cls.server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        cls.server.start()
        host, port = cls.server.get_host_and_port()
        cls.addClassCleanup(cls.server.stop)

        def client(service):
            return boto3.client(service, region_name=REGION, endpoint_url=f"http://{host}:{port}",
                                aws_access_key_id="none", aws_secret_access_key="none")

        cls.client = staticmethod(client)
        cls.stacks = client("cloudformation")
        ec2 = client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.9.{n}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"]["SubnetId"]
            for n, zone in enumerate("ab")
        ]
        database = ec2.create_security_group(GroupName="database", Description="of RDS", VpcId=vpc)["GroupId"]
        image = ec2.describe_images()["Images"][0]["ImageId"]
        cls.base = dict(Vpc=vpc, BalancerSubnets=",".join(subnets), DatabaseSecurityGroup=database,
                        Certificate=client("acm").request_certificate(DomainName="*.example.com")["CertificateArn"])
        cls.group = dict(Base="primetime", Vpc=vpc, HostSubnets=",".join(subnets), GoldenImage=image, Domain="example.com",
                         EditionKeys="k", TokenKeys="k", Release="v41", ReleaseKeys="k", CountryHeader="CloudFront-Viewer-Country", OriginSecret="s" * 32, DrainSeconds="25", Floor="3",
                         AlarmTopic=f"arn:aws:sns:{REGION}:123456789012:wake")
        cls.database = "postgres://primetime@db.example.com/primetime?sslmode=verify-full"

    def create(self, name, template, parameters):
        self.stacks.create_stack(
            StackName=name, TemplateBody=(AWS / template).read_text(), Capabilities=["CAPABILITY_IAM"],
            Parameters=[dict(ParameterKey=key, ParameterValue=value) for key, value in parameters.items()])
        return self.settled(name, "CREATE_COMPLETE")

    def settled(self, name, wanted):
        for _ in range(200):
            found = [s for s in self.stacks.list_stacks()["StackSummaries"] if s["StackName"] == name][-1]
            if not found["StackStatus"].endswith("IN_PROGRESS"):
                break
            time.sleep(0.05)
        self.assertEqual(found["StackStatus"], wanted, found)
        return found

    def resources(self, name):
        """Those that moto made: what it has no notion of, it leaves without a name."""
        made = self.stacks.describe_stack_resources(StackName=name)["StackResources"]
        return {r["LogicalResourceId"]: r for r in made if "LogicalResourceId" in r}

    def unknown(self, name, template):
        there = set(re.findall(r"^  (\w+):\n    Type: AWS::(?!EC2::(?:VPC|Subnet|Image)::Id|EC2::SecurityGroup::Id)",
                               (AWS / template).read_text(), re.M))
        return there - set(self.resources(name))

    def statement(self, document, sid):
        document = yaml.safe_load(document) if isinstance(document, str) else document
        return next(s for s in document["Statement"] if s.get("Sid") == sid)

    def resource_of(self, document, sid):
        return self.statement(document, sid)["Resource"]

    def test_it_is_made_and_unmade(self):
        self.create("primetime", "base.yaml", self.base)
        elb, scaling = self.client("elbv2"), self.client("autoscaling")
        base = self.resources("primetime")
        self.assertEqual(self.unknown("primetime", "base.yaml"), UNKNOWN["base.yaml"])
        for role in ROLES:
            with_database = {} if role == "origin" else {"DatabaseUrl": self.database}
            self.create(f"primetime-{role}", "group.yaml", dict(self.group, Role=role, **with_database))
            made = self.resources(f"primetime-{role}")
            self.assertEqual(self.unknown(f"primetime-{role}", "group.yaml"), UNKNOWN["group.yaml"])
            with self.subTest(role):
                # What the golden image reads of it: variables, with everything filled in.
                [version] = self.client("ec2").describe_launch_template_versions(
                    LaunchTemplateId=made["Template"]["PhysicalResourceId"])["LaunchTemplateVersions"]
                lines = base64.b64decode(version["LaunchTemplateData"]["UserData"]).decode().splitlines()
                said = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
                others = {name for name in said if not re.fullmatch("PRIMETIME_[A-Z_]+", name)}
                of_units = re.search(r"OF_UNITS: .* = \[(.*)\]", (HERE / "crates/primetime/src/commands/machine/mod.rs").read_text())[1]
                self.assertLessEqual(others, set(json.loads(f"[{of_units}]")))
                unsaid = {"PRIMETIME_DATABASE_URL", "PRIMETIME_SECRETS_URL"} if role == "origin" else {"PRIMETIME_DATABASE_PATH"}
                # The others have a service of their own, or no database to be told by.
                unsaid |= set() if role == "site" else {"RELEASE"}
                self.assertEqual({name for name, value in said.items() if not value}, unsaid)
                self.assertEqual([value for value in said.values() if "${" in value], [])
                self.assertEqual(said["PRIMETIME_ROLES"], {"work": "studio,work"}.get(role, role))
                # The tests of hosts render it without moto: the same text.
                buckets = [base[name]["PhysicalResourceId"] for name in ("Objects", "Secrets")]
                self.assertEqual(rendered(dict(self.group, Role=role, **with_database), *buckets, REGION).splitlines(), lines)
                # Asked where it answers operators.
                arn = made["Targets"]["PhysicalResourceId"]
                [targets] = elb.describe_target_groups(TargetGroupArns=[arn])["TargetGroups"]
                self.assertEqual((targets["HealthCheckPath"], targets["HealthCheckPort"]), ("/readyz", "9090"))
                [group] = scaling.describe_auto_scaling_groups(
                    AutoScalingGroupNames=[made["Group"]["PhysicalResourceId"]])["AutoScalingGroups"]
                self.assertEqual((group["MinSize"], group["DesiredCapacity"]), (3, 3))
                self.assertEqual(group["HealthCheckType"], "EC2" if role == "work" else "ELB")
                self.assertEqual(group["TerminationPolicies"], ["OldestLaunchTemplate", "OldestInstance"])
                self.assertEqual(group["TargetGroupARNs"], [arn])
        rules = elb.describe_rules(ListenerArn=base["Secured"]["PhysicalResourceId"])["Rules"]
        paths = {r["Priority"]: r["Conditions"][0]["PathPatternConfig"]["Values"] for r in rules if r["Conditions"]}
        self.assertEqual(paths, {"10": ["/v/*", "/i/*"], "20": ["/studio/*", "/ops/*"], "100": ["/*"]})
        # Nobody gets in who says a country and not the secret.
        said = [c["HttpHeaderConfig"] for r in rules for c in r["Conditions"] if c["Field"] == "http-header"]
        self.assertEqual(said, [dict(HttpHeaderName="X-Origin-Secret", Values=["s" * 32])] * 3)

        # Who faces viewers may read, and nothing else; a host's secrets are those of its role.
        iam = self.client("iam")
        objects, secrets = (base[name]["PhysicalResourceId"] for name in ("Objects", "Secrets"))
        write = {"s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"}
        for role in ("Site", "Origin", "Work"):
            name = base[f"{role}Role"]["PhysicalResourceId"]
            self.assertEqual(iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"], [])
            [policy] = iam.list_role_policies(RoleName=name)["PolicyNames"]
            document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            may = {}
            # moto gives Python's notation of it, which YAML reads as well.
            for statement in (yaml.safe_load(document) if isinstance(document, str) else document)["Statement"]:
                if statement["Effect"] == "Deny":
                    self.assertEqual((role, statement["Sid"]), ("Work", "NoReleases"))
                    continue
                actions, where = statement["Action"], statement["Resource"].rpartition(":::")[2]
                may[where] = {actions} if isinstance(actions, str) else set(actions)
                if where == secrets:
                    self.assertEqual(statement["Condition"], {"StringEquals": {"s3:prefix": f"{role.lower()}/"}})
            own = {} if role == "Origin" else {f"{secrets}/{role.lower()}/*": {"s3:GetObject"}, secrets: {"s3:ListBucket"}}
            live = {"s3:GetObject", *(write if role == "Work" else ())}
            self.assertEqual(may, {objects: {"s3:ListBucket"}, f"{objects}/live/*": live, **own})

        # Whoever sets floors may do what the driver says it does, and nobody else may.
        arn = base["FleetPolicy"]["PhysicalResourceId"]
        self.assertEqual(iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"], 0)
        document = iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]["Document"]
        statements = (yaml.safe_load(document) if isinstance(document, str) else document)["Statement"]
        may = {a for s in statements for a in ([s["Action"]] if isinstance(s["Action"], str) else s["Action"])}
        driver = (HERE / "crates/aws/src/fault.rs").read_text()
        needed = re.search(r"pub const ACTIONS.*?= \[(.*?)\];", driver, re.S)[1]
        self.assertEqual(may, set(re.findall(r'"(autoscaling:\w+)"', needed)))
        for statement in statements:
            self.assertEqual("Condition" in statement, statement["Sid"] != "Look")

        # What CI may write and delete, an encoder may not; hosts may read alone, see above.
        arn = base["ReleasesPolicy"]["PhysicalResourceId"]
        self.assertEqual(iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"], 0)
        written = self.resource_of(iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]["Document"], "Releases")
        role = iam.get_role_policy(RoleName=base["WorkRole"]["PhysicalResourceId"], PolicyName="write-objects")["PolicyDocument"]
        self.assertEqual(self.resource_of(role, "NoReleases"), written)
        policy = iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]["Document"]
        self.assertLessEqual({"s3:GetObject", "s3:PutObject", "s3:DeleteObject"}, set(self.statement(policy, "Releases")["Action"]))
        self.assertLessEqual({"s3:PutObject", "s3:DeleteObject"}, set(self.statement(role, "NoReleases")["Action"]))
        # What any writer writes first.
        probe = re.search(r'const PROBE: &str = "(.*)";', (HERE / "crates/objects/src/s3/mod.rs").read_text())[1]
        first = self.statement(policy, "Conditions")
        self.assertEqual((first["Action"], first["Resource"].split("/live/")[1]), ("s3:PutObject", probe))
        # As keys of the objects begin.
        keys = (HERE / "crates/objects/src/key.rs").read_text()
        for arn in written:
            prefix = arn.split("/live/")[1].removesuffix("*")
            self.assertIn(f'"{prefix}', keys)

        for name in [*(f"primetime-{role}" for role in ROLES), "primetime"]:
            self.stacks.delete_stack(StackName=name)
            self.settled(name, "DELETE_COMPLETE")
        self.assertEqual(scaling.describe_auto_scaling_groups()["AutoScalingGroups"], [])
        self.assertEqual(elb.describe_load_balancers()["LoadBalancers"], [])

    def test_the_balancer_waits_as_long_as_the_host(self):
        """In the text: moto gives every group of targets its own default."""
        text = (AWS / "group.yaml").read_text()
        self.assertIn("{ Key: deregistration_delay.timeout_seconds, Value: !Ref DrainSeconds }", text)
        self.assertIn("PRIMETIME_HTTP_DRAIN_SECONDS=${DrainSeconds}", text)
        keys = (HERE / "crates/primetime/src/config/keys.rs").read_text()
        drain = re.search(r'"http.drain_seconds", "(\d+)"', keys)[1]
        self.assertIn(f"    Default: {drain}\n", text[text.index("  DrainSeconds:"):text.index("  EditionKeys:")])

    def test_units_wait_longer_than_any_drain(self):
        """On the image they cannot be changed. Ten seconds go to what is killed when its drain is over."""
        template = parsed("group.yaml")
        most = template["Parameters"]["DrainSeconds"]["MaxValue"]
        for unit in ("primetime@", "primetime-host-drain"):
            text = (HERE / f"deploy/systemd/{unit}.service").read_text()
            self.assertGreaterEqual(int(re.search(r"^TimeoutStopSec=(\d+)$", text, re.M)[1]), most + 10, unit)

    def test_a_host_is_given_time_for_its_first_boot(self):
        """The disk may be waited for, and then there is a boot and an edition to be read."""
        fstab = (HERE / "deploy/image/ansible/files/host/etc/primetime/fstab.sealed").read_text()
        wait = int(re.search(r"x-systemd.device-timeout=(\d+)s", fstab)[1])
        self.assertGreaterEqual(parsed("group.yaml")["Resources"]["Group"]["Properties"]["HealthCheckGracePeriod"], wait + 60)

    def test_hosts_are_told_what_is_known(self):
        """The binary refuses to start on a variable that is no key."""
        keys = re.findall(r'key\(\s*"([a-z._]+)"', (HERE / "crates/primetime/src/config/keys.rs").read_text())
        known = {"PRIMETIME_" + key.upper().replace(".", "_") for key in keys}
        told = set(re.findall(r"PRIMETIME_[A-Z_]+(?==)", (AWS / "group.yaml").read_text()))
        self.assertGreater(len(told), 5)
        self.assertLessEqual(told, known)


if __name__ == "__main__":
    unittest.main()
