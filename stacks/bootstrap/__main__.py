"""One account, prepared for trainyard: the selected stack's settings, composed and exported."""

from stacks.bootstrap.program import run

run()
