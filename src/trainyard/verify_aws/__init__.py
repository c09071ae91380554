"""Proves the project on an AWS account: cheapest stack, the loop, a release, and away again.

`python -m trainyard.verify_aws [--yes] [--clean-up]`; `make verify-aws`.
"""
