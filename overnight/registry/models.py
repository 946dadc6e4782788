"""The model registry: MLflow holds the versions, the `champion` alias says which one is published with."""

import os
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from overnight.errors import ConfigurationError
from overnight.runs.run import ModelRef
from overnight.scoring.bundle import BundleFiles, ModelCard, digest_of

# MLflow reports usage unless told not to, and reads these when it is imported.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("DO_NOT_TRACK", "true")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")

import mlflow
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

CHAMPION = "champion"
BUNDLE_FOLDER = "bundle"
# MLflow says the one of an unknown model, the other of an unknown alias.
NO_SUCH_MODEL = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")


@dataclass(frozen=True)
class Registry:
    """One MLflow tracking and registry server, or a local SQLite file of the form `sqlite:///path`."""

    uri: str

    @property
    def _client(self) -> mlflow.MlflowClient:
        _make_folder(self.uri)
        mlflow.set_tracking_uri(self.uri)
        return mlflow.MlflowClient(self.uri, self.uri)

    def register(self, card: ModelCard, files: BundleFiles) -> ModelRef:
        """Store a bundle as a new version of its pipeline's model."""
        client = self._client
        run = client.create_run(self._experiment(client, card.pipeline), run_name=f"train {card.pipeline}")
        for name, value in card.metrics.items():
            client.log_metric(run.info.run_id, name, value)
        for name in ("trained_on", "evaluated_on", "training_rows", "label"):
            client.log_param(run.info.run_id, name, getattr(card, name))
        with TemporaryDirectory() as folder:
            for name, content in files.items():
                Path(folder, name).write_bytes(content)
            client.log_artifacts(run.info.run_id, folder, BUNDLE_FOLDER)
        client.set_terminated(run.info.run_id)
        digest = digest_of(files)
        source = f"{run.info.artifact_uri}/{BUNDLE_FOLDER}"
        if not client.search_registered_models(f"name='{card.pipeline}'"):
            client.create_registered_model(card.pipeline)
        tags = {"digest": digest, "fingerprint": card.fingerprint}
        version = client.create_model_version(card.pipeline, source=source, run_id=run.info.run_id, tags=tags)
        return ModelRef(card.pipeline, str(version.version), digest, source)

    def promote(self, model: ModelRef) -> None:
        """Make a version the champion: runs that open from now on score with it."""
        self._client.set_registered_model_alias(model.name, CHAMPION, model.version)

    def champion(self, pipeline: str) -> ModelRef:
        """The version whose predictions are published.

        Raises:
            ConfigurationError: no version is champion yet.
        """
        found = self._champion(pipeline)
        if found is None:
            raise ConfigurationError(f"{pipeline} has no champion in the registry. Train one first: overnight train {pipeline}")
        return ModelRef(pipeline, str(found.version), found.tags["digest"], str(found.source))

    def champion_version(self, pipeline: str) -> str | None:
        """The champion's version, or None when there is no champion."""
        found = self._champion(pipeline)
        return str(found.version) if found else None

    def champion_fingerprint(self, pipeline: str) -> str | None:
        """The training fingerprint of the champion, or None when there is no champion."""
        found = self._champion(pipeline)
        return found.tags.get("fingerprint") if found else None

    def _champion(self, pipeline: str) -> ModelVersion | None:
        try:
            return self._client.get_model_version_by_alias(pipeline, CHAMPION)
        except MlflowException as error:
            if error.error_code in NO_SUCH_MODEL:
                return None
            raise ConfigurationError(f"The registry {self.uri} does not answer: {error}. Check MLFLOW_TRACKING_URI.") from error

    def fetch(self, model: ModelRef) -> BundleFiles:
        """The bytes of a version's bundle, unverified."""
        mlflow.set_tracking_uri(self.uri)
        with TemporaryDirectory() as folder:
            try:
                found = Path(mlflow.artifacts.download_artifacts(artifact_uri=model.uri, dst_path=folder))
            except (MlflowException, OSError) as error:
                raise ConfigurationError(
                    f"The bundle of {model.name} version {model.version} cannot be read from {model.uri}: {error}"
                ) from error
            return {path.name: path.read_bytes() for path in found.iterdir() if path.is_file()}

    def _experiment(self, client: mlflow.MlflowClient, pipeline: str) -> str:
        found = client.get_experiment_by_name(pipeline)
        return str(found.experiment_id if found else client.create_experiment(pipeline, _local_artifacts(self.uri)))


def _local_artifacts(uri: str) -> str | None:
    """Beside a local registry file; a server knows its own place."""
    path = _sqlite_path(uri)
    return (path.parent / "artifacts").as_uri() if path else None


def _make_folder(uri: str) -> None:
    if path := _sqlite_path(uri):
        path.parent.mkdir(parents=True, exist_ok=True)


def _sqlite_path(uri: str) -> Path | None:
    return Path(uri.removeprefix("sqlite:///")).resolve() if uri.startswith("sqlite:///") else None
