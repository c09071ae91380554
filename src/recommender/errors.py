"""What can go wrong in a step of the recommender.

RecommenderError          the step failed; its text is the step's failure reason
├── BadOrders             the orders cannot be used; the text names what and where
├── BadSource             the database that orders come from cannot be used as it is
├── BadHyperparameters    a hyperparameter is unknown or out of range
├── BadCheckpoint         a checkpoint is of another training
├── HostLost              of several hosts that train together one is gone
├── BadArchive            a model archive is missing, damaged or of another schema
│   └── PickleRefused     a file of it would run code when it is loaded
├── UnequalExport         the ONNX export answers otherwise than the booster it was made from
├── BadOnlineStore        the online store is not there, or takes no features
├── LeakingFeature        a feature looks past its cutoff
└── EngineMissing         the engine asked for is not installed here
"""


class RecommenderError(Exception):
    """A step failed for a reason that a person can act on."""


class BadOrders(RecommenderError):
    """The orders cannot be used."""


class BadSource(RecommenderError):
    """The database that orders come from cannot be reached, read, or must not be used as it is."""


class BadHyperparameters(RecommenderError):
    """A hyperparameter is unknown or out of range."""


class BadCheckpoint(RecommenderError):
    """A checkpoint is of another training."""


class HostLost(RecommenderError):
    """Of several hosts that train together one is gone, or never came."""


class BadArchive(RecommenderError):
    """A model archive is missing, damaged, or written by an incompatible version."""


class BadOnlineStore(RecommenderError):
    """The online store's table is not there, or takes no features."""


class LeakingFeature(RecommenderError):
    """A feature looks past its cutoff: what is learned from it could not have been known."""


class EngineMissing(RecommenderError):
    """The engine asked for is not installed here."""


class PickleRefused(BadArchive):
    """A file of an archive is a pickle: loading it would run whatever its author put there."""


class UnequalExport(RecommenderError):
    """An export of a model gives other answers than the model."""
