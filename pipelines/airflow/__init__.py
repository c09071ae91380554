"""The training pipeline as an Airflow DAG: one task a step, each following what SageMaker runs.

Airflow decides when, and for which day; SageMaker runs the steps of the definition that was deployed. So a run that
Airflow started is a run like any other, and no step is written twice. Modules that import Airflow run in its own
environment (`requirements/airflow.lock`); nothing of the project's imports them.
"""
