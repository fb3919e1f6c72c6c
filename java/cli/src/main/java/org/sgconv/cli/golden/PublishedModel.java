package org.sgconv.cli.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.OptionalDouble;
import org.sgconv.InvalidArgumentException;
import org.sgconv.io.PublishedConfiguration;
import org.sgconv.nn.OptimizerHint;
import org.sgconv.nn.layer.SgConvSpec;
import org.sgconv.nn.model.DecoderSpec;
import org.sgconv.nn.model.EncoderSpec;
import org.sgconv.nn.model.NormKind;
import org.sgconv.nn.model.Pooling;
import org.sgconv.nn.model.SequenceModelSpec;
import org.sgconv.text.PrintableText;

/** The published code's configurations, as JSON, in this library's words. */
final class PublishedModel {

  private PublishedModel() {}

  /** Of a layer: the arguments of the published class {@code GConv}. */
  static SgConvSpec layer(JsonNode arguments) {
    String mode = arguments.path("mode").asText("cat_randn");
    JsonNode rate = arguments.path("lr");
    return new SgConvSpec(
        PublishedConfiguration.spec(arguments.toString()),
        isGlu(arguments),
        arguments.path("ln").asBoolean(false),
        arguments.path("transposed").asBoolean(true),
        arguments.path("dropout").asDouble(0),
        new OptimizerHint(
            rate.isNumber() ? OptionalDouble.of(rate.asDouble()) : OptionalDouble.empty(),
            OptionalDouble.empty(),
            false),
        mode.contains("fixed"));
  }

  private static boolean isGlu(JsonNode arguments) {
    JsonNode activation = arguments.path("postact");
    if (activation.isMissingNode() || activation.isNull()) {
      return false;
    }
    require("postact", activation, "glu");
    return true;
  }

  /**
   * Of a whole experiment: its parts {@code model}, {@code encoder}, {@code decoder}, {@code
   * dataset}.
   */
  static SequenceModelSpec model(JsonNode experiment) {
    JsonNode model = experiment.path("model");
    require("model.residual", model.path("residual"), "R");
    require("model.layer._name_", model.path("layer").path("_name_"), "gconv");
    double dropout = model.path("dropout").asDouble(0);
    if (!(model.path("layer") instanceof ObjectNode written)) {
      throw new InvalidArgumentException("the configuration has no model.layer");
    }
    ObjectNode arguments = written.deepCopy();
    arguments.set("d_model", model.path("d_model"));
    arguments.set("transposed", model.path("transposed"));
    arguments.put("dropout", dropout);
    JsonNode norm = model.path("norm");
    return new SequenceModelSpec(
        model.path("n_layers").asInt(),
        layer(arguments),
        switch (norm.asText()) {
          case "batch" -> NormKind.BATCH;
          case "layer" -> NormKind.LAYER;
          default -> throw unsupported("model.norm", norm, "batch or layer");
        },
        model.path("prenorm").asBoolean(),
        dropout,
        encoder(experiment),
        decoder(experiment));
  }

  private static EncoderSpec encoder(JsonNode experiment) {
    JsonNode data = experiment.path("dataset");
    JsonNode encoder = nameOf(experiment.path("encoder"));
    return switch (encoder.asText()) {
      case "embedding" -> new EncoderSpec.OfTokens(data.path("n_tokens").asInt());
      case "linear" -> new EncoderSpec.OfSignals(data.path("d_input").asInt());
      default -> throw unsupported("encoder", encoder, "embedding or linear");
    };
  }

  private static DecoderSpec decoder(JsonNode experiment) {
    JsonNode decoder = experiment.path("decoder");
    JsonNode name = nameOf(decoder);
    JsonNode mode = decoder.path("mode");
    Pooling pooling =
        switch (mode.asText("pool")) {
          case "pool" -> Pooling.MEAN;
          case "last" -> Pooling.LAST;
          default -> throw unsupported("decoder.mode", mode, "pool or last");
        };
    boolean pairs =
        switch (name.asText()) {
          case "sequence" -> false;
          case "retrieval" -> true;
          default -> throw unsupported("decoder", name, "sequence or retrieval");
        };
    return new DecoderSpec(pooling, pairs, experiment.path("dataset").path("d_output").asInt());
  }

  /** Whether the decoder looks at the lengths of rows. */
  static boolean usesLengths(JsonNode experiment) {
    return experiment.path("decoder").path("use_lengths").asBoolean(false);
  }

  /** Parts of an experiment are a name, or an object with one. */
  private static JsonNode nameOf(JsonNode part) {
    return part.isObject() ? part.path("_name_") : part;
  }

  private static void require(String name, JsonNode value, String expected) {
    if (!value.asText().equals(expected)) {
      throw unsupported(name, value, expected);
    }
  }

  private static InvalidArgumentException unsupported(
      String name, JsonNode value, String expected) {
    return new InvalidArgumentException(
        name + " is " + PrintableText.quote(value.toString()) + ", expected " + expected);
  }
}
