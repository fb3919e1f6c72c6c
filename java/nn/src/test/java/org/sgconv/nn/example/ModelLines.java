package org.sgconv.nn.example;

import java.nio.file.Path;
import java.util.List;
import org.sgconv.nn.Pass;
import org.sgconv.nn.model.LongRangeArenaModel;
import org.sgconv.nn.model.SequenceModel;
import org.sgconv.nn.model.SequenceModelSpec;
import org.sgconv.nn.model.TokenBatch;
import org.sgconv.tensor.Tensor;

/** The example of the README, which shows the lines between the two marks. */
final class ModelLines {

  private ModelLines() {}

  /** Logits (B,10) of rows of tokens. */
  static float[] run(Path path, List<long[]> rows) {
    // begin
    SequenceModelSpec spec = LongRangeArenaModel.LISTOPS.spec(); // or one of your own
    try (SequenceModel model = SequenceModel.load(path, spec); // the published state_dict
        Pass pass = model.evaluationPass()) {
      Tensor logits = model.forward(TokenBatch.padded(rows, 0), pass); // (B, 10)
      return logits.toFloatArray();
    }
    // end
  }
}
