package org.sgconv.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.sgconv.cli.audio.Frames;
import org.sgconv.tensor.Tensor;

/** What a run leaves behind, in the forms that files have. */
interface RunResult {

  /** The output's rows as channels, of a signal that has a sample rate. */
  Frames sound() throws IOException;

  /** Results by the names that they have in a safetensors file; they belong to the run. */
  Map<String, Tensor> tensors() throws IOException;

  /** Strings that say where the tensors come from. */
  Map<String, String> metadata();

  /** Draws the first row. */
  void plot(Path file) throws IOException;
}
