"""The Kubernetes manifests: their schemas, and what must agree between them and with the process. No API server is asked."""

import json
import pathlib
import re
import unittest

import kubernetes_validate
import yaml

HERE = pathlib.Path(__file__).parents[2]
BASE = HERE / "deploy/kubernetes/base"
FLEET = HERE / "deploy/kubernetes/components/fleet"
CHAT = HERE / "deploy/kubernetes/components/chat"
CRATE = HERE / "crates/kubernetes/tests"
# Of the schemas; preStop's `sleep` has been there since 1.30.
VERSION = "1.34.0"


def documents():
    for folder in (BASE, FLEET, CHAT):
        kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text())
        listed = kustomization["resources"]
        there = {path.name for path in folder.glob("*.yaml")} - {"kustomization.yaml"}
        assert set(listed) == there, f"{listed} and {there}"
        for name in listed:
            yield from (document for document in yaml.safe_load_all((folder / name).read_text()) if document)


class Manifests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.all = list(documents())

    def of(self, kind):
        return {d["metadata"]["name"]: d for d in self.all if d["kind"] == kind}

    def test_schemas(self):
        for document in self.all:
            with self.subTest(document["kind"] + " " + document["metadata"]["name"]):
                kubernetes_validate.validate(document, VERSION, strict=True)
        broken = dict(self.of("Deployment")["site"], spec={"replica": 1})
        with self.assertRaises(kubernetes_validate.ValidationError):
            kubernetes_validate.validate(broken, VERSION, strict=True)

    def test_a_drain_ends_before_the_kubelet_ends_it(self):
        keys = (HERE / "crates/primetime/src/config/keys.rs").read_text()
        drain = int(re.search(r'"http.drain_seconds", "(\d+)"', keys)[1])
        # crates/primetime/src/serve: GIVE_BACK, twice.
        give_back = 2 * int(re.search(r"GIVE_BACK: Duration = Duration::from_secs\((\d+)\)",
                                      (HERE / "crates/primetime/src/serve/mod.rs").read_text())[1])
        for name, deployment in self.of("Deployment").items():
            pod = deployment["spec"]["template"]["spec"]
            container = pod["containers"][0]
            grace = pod["terminationGracePeriodSeconds"]
            if "http" in {port["name"] for port in container.get("ports", [])}:
                sleep = container["lifecycle"]["preStop"]["sleep"]["seconds"]
                self.assertGreater(grace, sleep + drain + give_back, name)
            else:
                self.assertGreater(grace, give_back, name)

    def test_pods_are_confined_and_probed(self):
        for name, deployment in self.of("Deployment").items():
            pod = deployment["spec"]["template"]["spec"]
            with self.subTest(name):
                self.assertTrue(pod["securityContext"]["runAsNonRoot"])
                # One alone has something to ask of the API server; it answers nobody, and so has nothing to be probed at.
                self.assertEqual(pod["automountServiceAccountToken"], name == "fleet")
                for volume in pod["volumes"]:
                    if "secret" in volume:
                        self.assertEqual(volume["secret"]["defaultMode"], 0o400)
            self.assertEqual([c["name"] for c in pod["containers"]], ["site", "work"] if name == "fleet" else ["primetime"])
            for container in pod["containers"]:
                with self.subTest(name, container=container["name"]):
                    self.assertTrue(container["securityContext"]["readOnlyRootFilesystem"])
                    self.assertFalse(container["securityContext"]["allowPrivilegeEscalation"])
                    self.assertEqual(container["securityContext"]["capabilities"], {"drop": ["ALL"]})
                    if name != "fleet":
                        self.assertEqual(container["readinessProbe"]["httpGet"]["path"], "/readyz")
                        self.assertEqual(container["livenessProbe"]["httpGet"]["path"], "/healthz")
                    # Secrets are files, and every mount has its volume.
                    self.assertNotIn("env", container)
                    self.assertEqual({m["name"] for m in container["volumeMounts"]}, {v["name"] for v in pod["volumes"]})

    def test_what_is_told_is_known(self):
        """The binary refuses to start on a variable that is no key."""
        keys = re.findall(r'key\(\s*"([a-z._]+)"', (HERE / "crates/primetime/src/config/keys.rs").read_text())
        known = {"PRIMETIME_" + key.upper().replace(".", "_") for key in keys}
        self.assertGreater(len(known), 30)
        for name, config in self.of("ConfigMap").items():
            self.assertLessEqual(set(config["data"]), known, name)
        self.assertEqual(self.of("ConfigMap")["primetime"]["data"]["PRIMETIME_CLOCK_REQUIRE_SYNC"], "true")

    def test_selectors_find_their_pods(self):
        deployments = self.of("Deployment")
        for name, deployment in deployments.items():
            labels = deployment["spec"]["template"]["metadata"]["labels"]
            self.assertEqual(deployment["spec"]["selector"]["matchLabels"], labels)
        for kind in ("Service", "PodDisruptionBudget", "HorizontalPodAutoscaler"):
            for name, document in self.of(kind).items():
                spec = document["spec"]
                self.assertIn(name, deployments)
                if kind == "HorizontalPodAutoscaler":
                    self.assertEqual(spec["scaleTargetRef"]["name"], name)
                    # Two owners of one number would quarrel.
                    self.assertNotIn("replicas", deployments[name]["spec"])
                    continue
                selector = spec["selector"].get("matchLabels", spec["selector"])
                self.assertEqual(selector, deployments[name]["spec"]["template"]["metadata"]["labels"])
        self.assertEqual(set(self.of("HorizontalPodAutoscaler")), {"site", "origin", "work"})
        [rule] = self.of("Ingress")["primetime"]["spec"]["rules"]
        for path in rule["http"]["paths"]:
            self.assertIn(path["backend"]["service"]["name"], self.of("Service"))

    def test_commands_from_chat_reach_who_knows_the_secret(self):
        path = re.search(r'pub const PATH: &str = "(.+)"', (HERE / "crates/primetime/src/serve/chat/mod.rs").read_text())[1]
        [rule] = self.of("Ingress")["primetime"]["spec"]["rules"]
        # The longest prefix counts.
        routes = sorted(rule["http"]["paths"], key=lambda route: -len(route["path"]))
        backend = next(r["backend"]["service"]["name"] for r in routes if path.startswith(r["path"]))
        pod = self.of("Deployment")[backend]["spec"]["template"]["spec"]
        [container] = pod["containers"]
        self.assertIn("studio", container["args"][-1])
        self.assertIn({"configMapRef": {"name": "primetime-chat", "optional": True}}, container["envFrom"])
        [mount] = [m["mountPath"] for m in container["volumeMounts"] if m["name"] == "chat"]
        for file in self.of("ConfigMap")["primetime-chat"]["data"].values():
            self.assertTrue(file.startswith(f"{mount}/"), file)

    def test_the_fleet_may_do_what_it_does_and_nothing_else(self):
        """What it does stands in the requests that crates/kubernetes was seen to make."""
        def option(args, name):
            return next(a for a in args if a.startswith(f"--{name}=")).split("=", 1)[1]
        told = {c["name"]: c["args"] for c in self.of("Deployment")["fleet"]["spec"]["template"]["spec"]["containers"]}
        namespace = yaml.safe_load((BASE / "kustomization.yaml").read_text())["namespace"]
        scaled = {name: option(args, "engine") for name, args in told.items()}
        self.assertEqual(scaled, {name: f"hpa/{namespace}/{name}" for name in ("site", "work")})
        autoscalers = self.of("HorizontalPodAutoscaler")
        self.assertLessEqual(set(scaled), set(autoscalers))
        # What the plan takes an encoder for is what it is.
        [worker] = self.of("Deployment")["work"]["spec"]["template"]["spec"]["containers"]
        self.assertIn(f"work.slots={option(told['work'], 'slots')}", worker["args"])
        self.assertEqual(int(option(told["work"], "most")), autoscalers["work"]["spec"]["maxReplicas"])
        seen = (CRATE / "it/snapshots/it__requests__an_autoscaler_is_read_and_patched.snap").read_text()
        asked = re.findall(r"^([A-Z]+) /apis/([^/]+)/[^/]+/namespaces/([^/]+)/([^/]+)/([^/?\n]+)", seen, re.M)
        self.assertEqual({(where, which) for _, _, where, _, which in asked}, {(namespace, "site")})
        [rules] = [role["rules"] for role in self.of("Role").values()]
        may = {(verb, group, resource, which) for rule in rules for verb in rule["verbs"] for group in rule["apiGroups"]
               for resource in rule["resources"] for which in rule["resourceNames"]}
        self.assertEqual(may, {(verb.lower(), group, resource, which) for verb, group, _, resource, _ in asked for which in scaled})
        binding = self.of("RoleBinding")["fleet"]
        self.assertEqual(binding["roleRef"]["name"], "fleet")
        self.assertEqual(binding["subjects"], [dict(kind="ServiceAccount", name="fleet", namespace=namespace)])
        self.assertIn("fleet", self.of("ServiceAccount"))

    def test_objects_of_the_crates_tests_are_objects(self):
        for name in ("hpa.json", "deployment.json"):
            with self.subTest(name):
                kubernetes_validate.validate(json.loads((CRATE / "objects" / name).read_text()), VERSION, strict=True)

    def test_an_origin_reaches_no_database(self):
        policy = self.of("NetworkPolicy")["database"]["spec"]["podSelector"]["matchExpressions"][0]
        self.assertNotIn("origin", policy["values"])
        origin = self.of("Deployment")["origin"]["spec"]["template"]["spec"]
        names = {volume["name"] for volume in origin["volumes"]}
        self.assertEqual(names, {"data", "tmp", "objects"})


if __name__ == "__main__":
    unittest.main()
