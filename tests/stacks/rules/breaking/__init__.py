"""For each guard of each rule a small Pulumi program that breaks it, and one that does not."""
