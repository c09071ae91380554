"""Tests of the platform, by level: unit, components, stacks, pipelines, e2e, bench."""
