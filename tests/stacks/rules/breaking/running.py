"""Programs that run open to the world, too big, or unwatched."""

from typing import Any

import pulumi
import pulumi_aws as aws

from tests.stacks.rules import sound
from tests.stacks.rules.breaking.case import Case


def security_group(opts: pulumi.ResourceOptions, cidr: str) -> None:
    rule = aws.ec2.SecurityGroupIngressArgs(protocol="tcp", from_port=443, to_port=443, cidr_blocks=[cidr])
    aws.ec2.SecurityGroup("group", vpc_id="vpc-1", ingress=[rule], opts=opts)


def security_group_rule(opts: pulumi.ResourceOptions, direction: str) -> None:
    ports = {"protocol": "tcp", "from_port": 443, "to_port": 443}
    aws.ec2.SecurityGroupRule(
        "rule", security_group_id="sg-1", type=direction, cidr_blocks=["0.0.0.0/0"], **ports, opts=opts
    )


def subnet(opts: pulumi.ResourceOptions, *, public: bool) -> None:
    aws.ec2.Subnet("subnet", vpc_id="vpc-1", cidr_block="10.10.0.0/20", map_public_ip_on_launch=public, opts=opts)


def notebook(opts: pulumi.ResourceOptions, internet: str = "Disabled", instance_type: str = "ml.m5.large") -> None:
    aws.sagemaker.NotebookInstance(
        "notebook",
        role_arn=f"arn:aws:iam::{sound.ACCOUNT}:role/explore",
        instance_type=instance_type,
        direct_internet_access=internet,
        kms_key_id=sound.KEY,
        opts=opts,
    )


def listener(opts: pulumi.ResourceOptions, protocol: str, redirected_to: str | None) -> None:
    redirect = aws.lb.ListenerDefaultActionRedirectArgs(status_code="HTTP_301", protocol=redirected_to)
    action = (
        aws.lb.ListenerDefaultActionArgs(type="redirect", redirect=redirect)
        if redirected_to
        else aws.lb.ListenerDefaultActionArgs(type="forward", target_group_arn="t")
    )
    aws.lb.Listener("listener", load_balancer_arn="l", port=80, protocol=protocol, default_actions=[action], opts=opts)


def launch_template(opts: pulumi.ResourceOptions, instance_type: str) -> None:
    ebs = aws.ec2.LaunchTemplateBlockDeviceMappingEbsArgs(encrypted="true", kms_key_id=sound.KEY)
    mapping = aws.ec2.LaunchTemplateBlockDeviceMappingArgs(device_name="/dev/xvda", ebs=ebs)
    aws.ec2.LaunchTemplate("nodes", instance_type=instance_type, block_device_mappings=[mapping], opts=opts)


def composite(opts: pulumi.ResourceOptions, **actions: Any) -> None:
    aws.cloudwatch.CompositeAlarm("both", alarm_name="both", alarm_rule="ALARM(slow)", **actions, opts=opts)


CASES = [
    Case(
        rule="closed-to-the-internet",
        breaks=lambda opts: sound.ingress(opts, cidr_ipv4="0.0.0.0/0"),
        holds=sound.ingress,
        resource="in",
        what="SecurityGroupIngressRule 'in' lets the internet in: cidrIpv4 is \"0.0.0.0/0\".",
        cure="Name who may call: a security group, or the range of a network that is yours.",
    ),
    Case(
        rule="closed-to-the-internet",
        breaks=lambda opts: sound.ingress(opts, cidr_ipv4="128.0.0.0/1"),
        holds=sound.ingress,
        resource="in",
        what="SecurityGroupIngressRule 'in' lets the internet in: cidrIpv4 is \"128.0.0.0/1\".",
        cure="Name who may call: a security group, or the range of a network that is yours.",
    ),
    Case(
        rule="closed-to-the-internet",
        breaks=lambda opts: sound.ingress(opts, cidr_ipv6="::/0"),
        holds=sound.ingress,
        resource="in",
        what="SecurityGroupIngressRule 'in' lets the internet in: cidrIpv6 is \"::/0\".",
        cure="Name who may call: a security group, or the range of a network that is yours.",
    ),
    Case(
        rule="closed-to-the-internet",
        breaks=lambda opts: security_group(opts, "0.0.0.0/0"),
        holds=lambda opts: security_group(opts, "10.0.0.0/8"),
        resource="group",
        what="SecurityGroup 'group' lets the internet in: ingress[0].cidrBlocks[0] is \"0.0.0.0/0\".",
        cure="Name who may call: a security group, or the range of a network that is yours.",
    ),
    Case(
        rule="closed-to-the-internet",
        breaks=lambda opts: security_group_rule(opts, "ingress"),
        holds=lambda opts: security_group_rule(opts, "egress"),
        resource="rule",
        what="SecurityGroupRule 'rule' lets the internet in: cidrBlocks[0] is \"0.0.0.0/0\".",
        cure="Name who may call: a security group, or the range of a network that is yours.",
    ),
    Case(
        rule="closed-to-the-internet",
        breaks=lambda opts: subnet(opts, public=True),
        holds=lambda opts: subnet(opts, public=False),
        resource="subnet",
        what="Subnet 'subnet' has a way to the internet of its own: mapPublicIpOnLaunch is true.",
        cure="Set mapPublicIpOnLaunch to false; callers come through the environment's network.",
    ),
    Case(
        rule="closed-to-the-internet",
        breaks=lambda opts: notebook(opts, internet="Enabled"),
        holds=notebook,
        resource="notebook",
        what="NotebookInstance 'notebook' has a way to the internet of its own: directInternetAccess is \"Enabled\".",
        cure='Set directInternetAccess to "Disabled"; callers come through the environment\'s network.',
    ),
    Case(
        rule="tls-only",
        breaks=lambda opts: listener(opts, "HTTP", None),
        holds=lambda opts: listener(opts, "HTTPS", None),
        resource="listener",
        what="Listener 'listener' listens in the clear: protocol is \"HTTP\".",
        cure="Set protocol to HTTPS (TLS on a network load balancer), or only redirect to it.",
    ),
    Case(
        rule="tls-only",
        breaks=lambda opts: listener(opts, "HTTP", "HTTP"),
        holds=lambda opts: listener(opts, "HTTP", "HTTPS"),
        resource="listener",
        what="Listener 'listener' listens in the clear: protocol is \"HTTP\".",
        cure="Set protocol to HTTPS (TLS on a network load balancer), or only redirect to it.",
    ),
    Case(
        rule="approved-instance-types",
        breaks=lambda opts: sound.endpoint_config(opts, instance_type="ml.p4d.24xlarge"),
        holds=sound.endpoint_config,
        resource="config",
        what=(
            "EndpointConfiguration 'config' runs on an instance type that is not approved: "
            'productionVariants[0].instanceType is "ml.p4d.24xlarge".'
        ),
        cure=(
            "Take one of ml.m5.large, ml.m5.xlarge, or add ml.p4d.24xlarge to "
            "trainyard:approved_instance_types in Pulumi.dev.yaml."
        ),
    ),
    Case(
        rule="approved-instance-types",
        breaks=lambda opts: notebook(opts, instance_type="ml.p4d.24xlarge"),
        holds=notebook,
        resource="notebook",
        what=(
            "NotebookInstance 'notebook' runs on an instance type that is not approved: instanceType is "
            '"ml.p4d.24xlarge".'
        ),
        cure=(
            "Take one of ml.m5.large, ml.m5.xlarge, or add ml.p4d.24xlarge to "
            "trainyard:approved_instance_types in Pulumi.dev.yaml."
        ),
    ),
    Case(
        rule="approved-instance-types",
        breaks=lambda opts: launch_template(opts, "p4d.24xlarge"),
        holds=lambda opts: launch_template(opts, "m5.large"),
        resource="nodes",
        what=(
            "LaunchTemplate 'nodes' runs on an instance type that is not approved: instanceType is \"p4d.24xlarge\"."
        ),
        cure=(
            "Take one of ml.m5.large, ml.m5.xlarge, or add ml.p4d.24xlarge to "
            "trainyard:approved_instance_types in Pulumi.dev.yaml."
        ),
    ),
    Case(
        rule="approved-instance-types",
        breaks=lambda opts: sound.parameter(opts, training={"processing_instance_type": "ml.m5.24xlarge"}),
        holds=sound.parameter,
        resource="told",
        what=(
            "Parameter 'told' runs on an instance type that is not approved: "
            'value.training.processing_instance_type is "ml.m5.24xlarge".'
        ),
        cure=(
            "Take one of ml.m5.large, ml.m5.xlarge, or add ml.m5.24xlarge to trainyard:approved_instance_types "
            "in Pulumi.dev.yaml."
        ),
    ),
    Case(
        rule="alarms-watch-and-tell",
        breaks=lambda opts: sound.alarm(opts, dimensions=None),
        holds=sound.alarm,
        resource="slow",
        what="MetricAlarm 'slow' watches nothing: dimensions is not set.",
        cure=(
            "Set dimensions to the dimensions that its metric is published with, such as EndpointName and VariantName."
        ),
    ),
    Case(
        rule="alarms-watch-and-tell",
        breaks=lambda opts: sound.alarm(opts, period=None),
        holds=sound.alarm,
        resource="slow",
        what="MetricAlarm 'slow' watches nothing: period is not set.",
        cure="Set period to the seconds over which a value is taken.",
    ),
    Case(
        rule="alarms-watch-and-tell",
        breaks=lambda opts: sound.alarm(opts, namespace=None),
        holds=sound.alarm,
        resource="slow",
        what="MetricAlarm 'slow' watches nothing: namespace is not set.",
        cure="Set namespace to the metric's namespace.",
    ),
    Case(
        rule="alarms-watch-and-tell",
        breaks=lambda opts: sound.alarm(opts, metric_name=None),
        holds=sound.alarm,
        resource="slow",
        what="MetricAlarm 'slow' watches nothing: metricName is not set.",
        cure="Set metricName to the metric's name.",
    ),
    Case(
        rule="alarms-watch-and-tell",
        breaks=lambda opts: sound.alarm(opts, alarm_actions=[]),
        holds=sound.alarm,
        resource="slow",
        what="MetricAlarm 'slow' tells nobody: alarmActions is [].",
        cure="Name the environment's topic in alarmActions.",
    ),
    Case(
        rule="alarms-watch-and-tell",
        breaks=lambda opts: sound.alarm(opts, actions_enabled=False),
        holds=sound.alarm,
        resource="slow",
        what="MetricAlarm 'slow' tells nobody: actionsEnabled is false.",
        cure="Remove actionsEnabled.",
    ),
    Case(
        rule="alarms-watch-and-tell",
        breaks=lambda opts: sound.metric_query(opts, dimensions={}),
        holds=sound.metric_query,
        resource="slow",
        what="MetricAlarm 'slow' watches nothing: metricQueries[0].metric.dimensions is {}.",
        cure=(
            "Set metricQueries[0].metric.dimensions to the dimensions that its metric is published with, such "
            "as EndpointName and VariantName."
        ),
    ),
    Case(
        rule="alarms-watch-and-tell",
        breaks=lambda opts: sound.alarm(
            opts, metric_queries=[aws.cloudwatch.MetricAlarmMetricQueryArgs(id="one", expression="1")]
        ),
        holds=sound.metric_query,
        resource="slow",
        what='MetricAlarm \'slow\' watches no metric: metricQueries is [{"expression": "1", "id": "one"}].',
        cure="Add a query with a metric that the expression is computed from.",
    ),
    Case(
        rule="alarms-watch-and-tell",
        breaks=lambda opts: composite(opts),
        holds=lambda opts: composite(opts, alarm_actions=[sound.TOPIC]),
        resource="both",
        what="CompositeAlarm 'both' tells nobody: alarmActions is not set.",
        cure="Name the environment's topic in alarmActions.",
    ),
]
