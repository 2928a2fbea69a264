# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""BLEU by sacrebleu, without regard to upper case."""

from __future__ import annotations

import re
from typing import Any, Dict, Sequence

import numpy as np

from support import translation_data


def metric() -> Any:
  """The metric of sacrebleu.

  Raises:
    SystemExit: if sacrebleu is not installed. So this is asked for before
      anything is trained.
  """
  try:
    import sacrebleu.metrics
  except ImportError:
    raise SystemExit('BLEU is that of sacrebleu, which is not installed: '
                     'pip install sacrebleu') from None
  return sacrebleu.metrics.BLEU(lowercase=True)


def text_of(numbers: np.ndarray, words: Sequence[str]) -> str:
  """The sentence that ends at the first END in int [length], or at its end.

  Punctuation is beside the word before it, as in the references.
  """
  (ends,) = np.nonzero(numbers == translation_data.END)
  text = ' '.join(words[number] for number in numbers[
      :ends[0] if len(ends) else None])
  return re.sub(r' ([.,:;!?])', r'\1', text)


def of(translations: np.ndarray,
       data: translation_data.Translations) -> Dict[str, Any]:
  """Compares translations, int [count, length], with the references.

  Returns:
    `bleu`, from 0 to 100, and the `signature` of how it was computed.
  """
  measure = metric()
  score = measure.corpus_score(
      [text_of(numbers, data.words) for numbers in translations],
      [data.references])
  return {'bleu': round(score.score, 3),
          'signature': str(measure.get_signature())}
