package org.sgconv.cli.golden;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.sgconv.Backend;
import org.sgconv.conv.RowLengths;
import org.sgconv.io.ElementType;
import org.sgconv.nn.Norm;
import org.sgconv.nn.Parameter;
import org.sgconv.nn.Pass;
import org.sgconv.nn.StateVisitor;
import org.sgconv.nn.Stateful;
import org.sgconv.nn.layer.ResidualBlock;
import org.sgconv.nn.model.EncoderSpec;
import org.sgconv.nn.model.Loss;
import org.sgconv.nn.model.ModelInput;
import org.sgconv.nn.model.SequenceModel;
import org.sgconv.nn.model.SequenceModelSpec;
import org.sgconv.nn.model.SignalBatch;
import org.sgconv.nn.model.TokenBatch;
import org.sgconv.nn.state.NameMap;
import org.sgconv.nn.state.NamedParameter;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * A whole model: evaluation with what lies between its blocks, one step of training with every
 * gradient and the running statistics after it, and evaluation with these.
 */
final class GoldenModel {

  private final GoldenFile file;
  private final SequenceModel model;
  private final ModelInput input;
  private final long[] labels;

  /** Whether signals between blocks are (B,L,H) in the file. */
  private final boolean swapped;

  private final Comparisons comparisons;

  private GoldenModel(GoldenFile file, SequenceModel model, ModelInput input) {
    this.file = file;
    this.model = model;
    this.input = input;
    this.labels = file.tensors().readIntegers("labels");
    this.swapped = !model.spec().layer().transposed();
    this.comparisons = new Comparisons(file, Bounds.of(model.type()));
  }

  static List<Comparison> compare(GoldenFile file, Backend backend, DType type) {
    SequenceModelSpec spec = PublishedModel.model(file.configuration());
    try (SequenceModel model =
            SequenceModel.load(file.tensors(), NameMap.PUBLISHED, "state.", spec, backend, type);
        Pass evaluation = model.evaluationPass();
        Pass training = model.trainingPass(0);
        Tensor signals = signals(file, spec, backend, type)) {
      GoldenModel golden = new GoldenModel(file, model, input(file, spec, signals));
      golden.evaluate("eval", evaluation);
      golden.walk(evaluation);
      golden.train(training);
      golden.statistics();
      golden.evaluate("eval_after", evaluation);
      return golden.comparisons.made();
    }
  }

  /** Signals (B,L,C), or for models of tokens one number that nobody looks at. */
  private static Tensor signals(
      GoldenFile file, SequenceModelSpec spec, Backend backend, DType type) {
    return spec.encoder() instanceof EncoderSpec.OfSignals
        ? file.tensors().read("x", type).moveTo(backend)
        : Tensor.zeros(type);
  }

  private static ModelInput input(GoldenFile file, SequenceModelSpec spec, Tensor signals) {
    boolean lengths = PublishedModel.usesLengths(file.configuration()) && file.has("lengths");
    if (spec.encoder() instanceof EncoderSpec.OfSignals) {
      SignalBatch batch = SignalBatch.of(signals);
      return lengths ? batch.withLengths(lengths(file)) : batch;
    }
    List<Long> dims = file.tensors().entry("x").dims();
    TokenBatch batch = TokenBatch.of(file.tensors().readIntegers("x"), dims.get(0), dims.get(1));
    return lengths ? batch.withLengths(lengths(file)) : batch;
  }

  private static RowLengths lengths(GoldenFile file) {
    return RowLengths.of(file.tensors().readIntegers("lengths"));
  }

  private void evaluate(String prefix, Pass pass) {
    Tensor logits = model.forward(input, pass);
    comparisons.output(prefix + ".logits", logits.toDoubleArray());
    comparisons.loss(prefix + ".loss", model.loss(logits, labels, pass).mean());
  }

  /** What lies between the blocks. */
  private void walk(Pass pass) {
    ResidualBlock first = model.blocks().getFirst();
    Tensor before = model.encode(input, pass);
    comparisons.optionalOutput("eval.act.layers.0.layer", first.mixed(before, pass), swapped);
    Tensor x = model.encode(input, pass);
    for (int i = 0; i < model.blocks().size(); i++) {
      x = model.blocks().get(i).forward(x, pass);
      comparisons.optionalOutput("eval.act.layers." + i, x, swapped);
    }
    Optional<Norm> last = model.lastNorm();
    if (last.isPresent()) {
      x = last.get().forward(x, pass);
    }
    comparisons.optionalOutput("eval.act.backbone", x, true);
  }

  private void train(Pass pass) {
    Tensor logits = model.forward(input, pass);
    comparisons.output("train.logits", logits.toDoubleArray());
    Loss loss = model.loss(logits, labels, pass);
    comparisons.loss("train.loss", loss.mean());
    model.backward(loss.gradient(), pass);
    Map<String, Parameter> parameters = new HashMap<>();
    for (NamedParameter each : model.parameters()) {
      parameters.put(each.name(), each.parameter());
    }
    comparisons.gradients(
        "grad.",
        file.namesAfter("grad."),
        name ->
            Optional.ofNullable(parameters.get(name))
                .map(parameter -> parameter.gradient().toDoubleArray()));
  }

  private void statistics() {
    model.visit(new Statistics("after."));
  }

  /** Compares what is no parameter, where the file has it. */
  private final class Statistics implements StateVisitor {

    private final String prefix;

    Statistics(String prefix) {
      this.prefix = prefix;
    }

    @Override
    public void parameter(String name, Parameter parameter, long... fileShape) {
      // Only an optimizer changes it.
    }

    @Override
    public void buffer(String name, Supplier<Tensor> value, long... fileShape) {
      if (file.has(prefix + name)) {
        comparisons.output(prefix + name, value.get().toDoubleArray());
      }
    }

    @Override
    public void number(String name, ElementType type, long value) {
      if (file.has(prefix + name)) {
        comparisons.number(prefix + name, value);
      }
    }

    @Override
    public void child(String name, Stateful part) {
      part.visit(new Statistics(prefix + name + "."));
    }
  }
}
