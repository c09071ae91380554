"""Makes `localcloud` the package of that name before pytest takes the folder `localcloud/` for it."""

import localcloud  # noqa: F401 - imported first, so that localcloud/tests/… is not made a package `localcloud`
