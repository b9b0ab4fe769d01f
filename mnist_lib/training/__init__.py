"""Training: the loop, its optimizer and fast kernels, evaluation, records, campaigns and searches.

In goes an experiment and a seed; out comes a :class:`Run`, its record in ``results/``, and the weights.
Looks into ``experiments``, ``networks`` and ``data``.
"""

from mnist_lib import door

__all__, __getattr__, __dir__ = door(__name__, {
    "campaigns": "LARGE campaign checked_jobs local_executor missing outcomes",
    "checkpoints": "checkpoints",
    "devices": "machine pick_device random_states",
    "epoch_weights": "epoch_weights",
    "evaluation": "ALL_SEEDS_UNDER TEST_BATCH WEIGHTS_UNDER evaluate normalized test_set trained",
    "fast": "conv3x3 keep_memory speed_up",
    "loop": "NotFinite Trainer average_of batches_of checked_seed fit train train_epoch",
    "optimizer": "Schedule sgd",
    "progress": "Progress",
    "records": "records Epoch Run TEST_IMAGES root",
    "retracing": "retrace",
    "schema": "schema Field HEX12 HEX64 MACHINE NUMBER TIME hexadecimal is_number is_text is_time list_of "
              "problem_of_fields problem_of_seal read_record record_text seal_of sealed unsealed whole",
    "verification": "NEAR TOLERANCE verify",
})
