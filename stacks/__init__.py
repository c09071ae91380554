"""How components make an environment: settings, composition, outputs, rules."""
