"""The training DAGs of this Airflow: one a service, as `trainyard.json` beside this file describes them.

`trainyard pipeline dag` writes both, with the modules they need, into a folder of DAGs.
"""

from pathlib import Path

from pipelines.airflow.dag import training_dag
from pipelines.airflow.description import FILE, read

for description in read(Path(__file__).with_name(FILE)):
    globals()[description.dag_id] = training_dag(description)  # Airflow finds DAGs among a module's names
