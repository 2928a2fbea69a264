# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Packaging of model-pruning."""

import pathlib
import re

import setuptools

_ROOT = pathlib.Path(__file__).resolve().parent
_VERSION = re.search(
    r"^__version__ = '(.+)'$",
    (_ROOT / 'model_pruning/__init__.py').read_text(), re.MULTILINE).group(1)

# A page of the package is not beside the files that README.md links to. They
# are named there; the address of the repository, once CITATION.cff has it as
# `repository-code`, makes links of the names again.
_CODE = re.search(r'^repository-code: "?([^"\n]+?)/?"?$',
                  (_ROOT / 'CITATION.cff').read_text(), re.MULTILINE)
_README = re.sub(
    r'\[([^]]+)\]\((?![a-z]+:|#)([^)]+)\)',
    rf'[\1]({_CODE.group(1)}/blob/main/\2)' if _CODE else r'\1',
    (_ROOT / 'README.md').read_text())

# TensorFlow is an extra: users have tensorflow, -cpu, -gpu, -macos or nightly
# builds, which an install requirement would put a second one beside.
_TENSORFLOW = ['tensorflow>=1.14']
_SLIM = ['tf-slim>=1.1.0', 'six']  # tf-slim imports six and does not say so.
_REPORT = ['matplotlib']
_PACKED = ['safetensors', 'zstandard']
_CLI = [*_PACKED, *_REPORT, 'h5py', 'rich>=12.3']

setuptools.setup(
    name='model-pruning',
    version=_VERSION,
    description='Prunes whatever TensorFlow trains: tf.compat.v1 graphs and '
                'Estimators, Keras 2 and Keras 3.',
    long_description=_README,
    long_description_content_type='text/markdown',
    license='Apache-2.0',
    author='The model_pruning Authors',
    packages=setuptools.find_packages(include=['model_pruning*']),
    package_data={'model_pruning': ['py.typed']},
    python_requires='>=3.7',
    install_requires=['absl-py', 'numpy', 'six'],
    entry_points={
        'console_scripts': [
            'model-pruning = model_pruning._src.cli.main:run'],
    },
    extras_require={
        'tensorflow': _TENSORFLOW,
        'slim': _SLIM,
        'report': _REPORT,
        'packed': _PACKED,
        'cli': _CLI,
        'demo': [*_TENSORFLOW, *_REPORT, 'scikit-learn', 'tqdm'],
        'dev': ['hypothesis', 'mypy', 'pytest', 'ruff'],
    },
    classifiers=[
        'Development Status :: 3 - Alpha',
        'Intended Audience :: Developers',
        'Intended Audience :: Science/Research',
        'Programming Language :: Python :: 3',
        'Topic :: Scientific/Engineering :: Artificial Intelligence',
    ],
    keywords='tensorflow keras estimator pruning sparsity model-compression',
    zip_safe=False,
)
