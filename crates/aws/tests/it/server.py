"""moto as a server on a free port, which it prints, until whoever started it lets its input go. It has a launch template `hosts` in
the region of its argument."""

import logging
import os
import sys

import boto3
from moto.server import ThreadedMotoServer

logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
ec2 = boto3.client("ec2", region_name=sys.argv[1], endpoint_url=f"http://{host}:{port}",
                   aws_access_key_id="none", aws_secret_access_key="none")
image = ec2.describe_images()["Images"][0]["ImageId"]
ec2.create_launch_template(LaunchTemplateName="hosts", LaunchTemplateData=dict(ImageId=image, InstanceType="c7i.large"))
print(port, flush=True)
sys.stdin.read()
# Threads that still answer are no reason to stay.
os._exit(0)
