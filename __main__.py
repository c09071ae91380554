"""One environment of trainyard: the selected stack's settings, composed and exported."""

from stacks.program import run

run()
