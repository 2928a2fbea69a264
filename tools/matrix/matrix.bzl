"""The version matrix: the one place that lists the rows.

A row is a TensorFlow release on one Python. This file is a plain literal, so
that Starlark loads it and Python reads it (tools/matrix/rows.py).

    python  the minor version of the interpreter
    ci      whether `make test` runs the row unless told otherwise
    lock    the lock file in locks/ (default: the name of the row)
    env     environment variables of the row's tests (default: none)
"""

ROWS = {
    "tf1_14": {"python": "3.7", "ci": True},
    "tf1_15": {"python": "3.7", "ci": True},
    # The same packages as tf1_15, with TF 2 behaviour: eager, tf.function.
    "tf1_15_eager": {
        "python": "3.7",
        "ci": True,
        "lock": "tf1_15",
        "env": {"MODEL_PRUNING_TEST_V2_BEHAVIOR": "1"},
    },
    "tf2_0": {"python": "3.7", "ci": False},
    "tf2_1": {"python": "3.7", "ci": True},
    "tf2_2": {"python": "3.8", "ci": False},
    "tf2_3": {"python": "3.8", "ci": False},
    "tf2_4": {"python": "3.8", "ci": False},
    "tf2_5": {"python": "3.9", "ci": True},
    "tf2_6": {"python": "3.9", "ci": False},
    "tf2_7": {"python": "3.9", "ci": False},
    "tf2_8": {"python": "3.10", "ci": False},
    "tf2_9": {"python": "3.10", "ci": False},
    "tf2_10": {"python": "3.10", "ci": True},
    "tf2_11": {"python": "3.10", "ci": False},
    "tf2_12": {"python": "3.11", "ci": False},
    "tf2_13": {"python": "3.11", "ci": False},
    "tf2_14": {"python": "3.11", "ci": False},
    "tf2_15": {"python": "3.11", "ci": True},
    "tf2_16": {"python": "3.12", "ci": True},
    "tf2_17": {"python": "3.12", "ci": False},
    "tf2_18": {"python": "3.12", "ci": False},
    "tf2_19": {"python": "3.12", "ci": False},
    "tf2_20": {"python": "3.13", "ci": False},
    "tf2_21": {"python": "3.13", "ci": True},
    # The same packages as tf2_21, with Keras 2 (tf_keras) instead of Keras 3.
    "tf2_21_legacy": {
        "python": "3.13",
        "ci": True,
        "lock": "tf2_21",
        "env": {"TF_USE_LEGACY_KERAS": "1"},
    },
}
