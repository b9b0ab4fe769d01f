"""Training: the loop, its optimizer and fast kernels, evaluation, records, campaigns and searches.

In goes an experiment and a seed; out comes a :class:`Run`, its record in ``results/``, and the weights.
Looks into ``experiments``, ``networks`` and ``data``.
"""

from mnist_lib import door

__all__, __getattr__, __dir__ = door(__name__, {
    "bits": "run_bits tuned verify_bits",
    "bits_records": "bits_records",
    "campaigns": "LARGE campaign local_executor missing",
    "checkpoints": "checkpoints",
    "devices": "machine pick_device random_states",
    "epoch_weights": "epoch_weights",
    "evaluation": "ALL_SEEDS_UNDER TEST_BATCH WEIGHTS_UNDER evaluate normalized test_set trained",
    "fast": "conv3x3 keep_memory speed_up",
    "files": "files read_bytes read_json ready_to_write write_atomically",
    "loop": "NotFinite average_of checked_seed fit train train_epoch",
    "optimizer": "Schedule sgd",
    "progress": "Progress",
    "records": "records Epoch Run TEST_IMAGES root",
    "retracing": "limited_instructions retrace retrace_task retrace_weights without_weights",
    "schema": "schema",
    "search": "search",
    "travel": "run_travel verify_travel",
    "travel_records": "travel_records",
    "verification": "TOLERANCE verify",
})
