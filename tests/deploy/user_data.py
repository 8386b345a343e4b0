"""What group.yaml tells a host: its user data with everything filled in, as CloudFormation does. test_aws.py holds it to moto's.

    user_data.py BUCKET SECRETS REGION NAME=VALUE...      prints it, for parameters of the template"""

import pathlib
import re
import sys

import yaml

AWS = pathlib.Path(__file__).parents[2] / "deploy/aws"


class Loader(yaml.SafeLoader):
    """`!Ref x` is {"Ref": "x"}, `!Sub x` is {"Fn::Sub": "x"}."""


def short(loader, suffix, node):
    plain = {yaml.ScalarNode: loader.construct_scalar, yaml.SequenceNode: lambda n: loader.construct_sequence(n, deep=True)}
    return {suffix if suffix == "Ref" else f"Fn::{suffix}": plain[type(node)](node)}


Loader.add_multi_constructor("!", short)


def parsed(name):
    return yaml.load((AWS / name).read_text(), Loader)


def rendered(parameters, bucket, secrets, region):
    """The text. Only what the user data use of CloudFormation is known here."""
    template = parsed("group.yaml")
    given = {name: parameter.get("Default") for name, parameter in template["Parameters"].items()}
    given |= parameters | {"AWS::Region": region}
    imports = {f"{given['Base']}-Bucket": bucket, f"{given['Base']}-Secrets": secrets}

    def fill(value):
        if not isinstance(value, dict):
            return value
        [(function, of)] = value.items()
        if function == "Ref":
            return given[of]
        if function == "Fn::Sub":
            text, own = (of, {}) if isinstance(of, str) else of
            names = given | {name: fill(own[name]) for name in own}
            return re.sub(r"\$\{([^}]+)\}", lambda found: str(names[found[1]]), text)
        if function == "Fn::FindInMap":
            name, key, field = map(fill, of)
            return template["Mappings"][name][key][field]
        if function == "Fn::If":
            condition, yes, no = of
            return fill(yes if true(template["Conditions"][condition]) else no)
        return {"Fn::ImportValue": lambda: imports[fill(of)]}[function]()

    def true(condition):
        [(function, of)] = condition.items()
        return {"Fn::Not": lambda: not true(of[0]), "Fn::Equals": lambda: fill(of[0]) == fill(of[1])}[function]()

    data = template["Resources"]["Template"]["Properties"]["LaunchTemplateData"]["UserData"]
    return fill(data["Fn::Base64"])


if __name__ == "__main__":
    print(rendered(dict(word.split("=", 1) for word in sys.argv[4:]), *sys.argv[1:4]), end="")
