"""What can go wrong in a step of the recommender.

RecommenderError          the step failed; its text is the step's failure reason
├── BadOrders             the orders cannot be used; the text names what and where
├── BadHyperparameters    a hyperparameter is unknown or out of range
├── BadCheckpoint         a checkpoint is of another training
├── HostLost              of several hosts that train together one is gone
└── BadArchive            a model archive is missing, damaged or of another schema
"""


class RecommenderError(Exception):
    """A step failed for a reason that a person can act on."""


class BadOrders(RecommenderError):
    """The orders cannot be used."""


class BadHyperparameters(RecommenderError):
    """A hyperparameter is unknown or out of range."""


class BadCheckpoint(RecommenderError):
    """A checkpoint is of another training."""


class HostLost(RecommenderError):
    """Of several hosts that train together one is gone, or never came."""


class BadArchive(RecommenderError):
    """A model archive is missing, damaged, or written by an incompatible version."""
