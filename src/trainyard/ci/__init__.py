"""What continuous integration asks of this project: which environments a change touches, and one comment for each."""
