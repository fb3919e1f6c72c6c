package org.sgconv.io;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sgconv.Composition;
import org.sgconv.ConvolutionMode;
import org.sgconv.DecayLaw;
import org.sgconv.Initialization;
import org.sgconv.Interpolation;
import org.sgconv.InvalidArgumentException;
import org.sgconv.io.JsonValue.JsonBoolean;
import org.sgconv.io.JsonValue.JsonNull;
import org.sgconv.io.JsonValue.JsonNumber;
import org.sgconv.io.JsonValue.JsonObject;
import org.sgconv.io.JsonValue.JsonString;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.text.PrintableText;

/**
 * The constructor arguments of a layer of the published code (SGConv, class {@code GConv}) as JSON.
 *
 * @since 0.1.0
 */
public final class PublishedConfiguration {

  /**
   * Arguments that concern the rest of the layer, or that the published layer takes and ignores.
   */
  private static final Set<String> IRRELEVANT =
      Set.of(
          "_name_",
          "activation",
          "d_state",
          "dropout",
          "dt_max",
          "dt_min",
          "initializer",
          "linear",
          "ln",
          "lr",
          "measure",
          "n_ssm",
          "postact",
          "rank",
          "shift",
          "tie_dropout",
          "transposed",
          "verbose",
          "weight_norm");

  private static final Set<String> RELEVANT =
      Set.of(
          "bidirectional",
          "channels",
          "d_model",
          "decay_max",
          "decay_min",
          "hyper_act",
          "init_scale",
          "kernel_dim",
          "l_max",
          "mode",
          "n_scales");

  /** Words of {@code mode} that stand for kernels of another kind, which this library has not. */
  private static final List<String> OTHER_KERNELS = List.of("hankel", "decay", "expand", "trunc");

  private final Map<String, JsonValue> arguments;

  private PublishedConfiguration(Map<String, JsonValue> arguments) {
    this.arguments = arguments;
  }

  /**
   * The spec of the kernel that the published code makes of these arguments. {@code mode} is a list
   * of words: {@code cat} or {@code sum}, {@code randn} or {@code cos}, {@code nearest}, {@code
   * learnable}; whether exponents are {@code fixed} is for the caller, who may leave their gradient
   * unused. Arguments left out have the published defaults.
   *
   * @param json an object such as {@code {"d_model": 4, "l_max": 64, "mode": "cat_randn"}}
   * @throws InvalidArgumentException if it is not JSON, an argument is unknown, of the wrong type
   *     or out of range, or {@code hyper_act} is given, which the kernels of this library do not
   *     have
   */
  public static KernelSpec spec(String json) {
    try {
      if (!(JsonParser.parse(json) instanceof JsonObject object)) {
        throw new JsonException("expected an object");
      }
      return new PublishedConfiguration(object.members()).spec();
    } catch (JsonException e) {
      throw new InvalidArgumentException(
          "configuration " + PrintableText.quote(json) + ": " + e.getMessage(), e);
    }
  }

  private KernelSpec spec() throws JsonException {
    for (String name : arguments.keySet()) {
      if (!RELEVANT.contains(name) && !IRRELEVANT.contains(name)) {
        throw new JsonException("unknown argument " + PrintableText.quote(name));
      }
    }
    if (given("hyper_act") != null) {
      throw new JsonException("hyper_act is given: layers with a hypernetwork are not supported");
    }
    String mode = mode();
    KernelSpec.Builder builder =
        KernelSpec.builder()
            .hidden(wholeNumber("d_model", 0))
            .heads(wholeNumber("channels", 1))
            .mode(truth("bidirectional") ? ConvolutionMode.BIDIRECTIONAL : ConvolutionMode.CAUSAL)
            .maxLength(wholeNumber("l_max", 1))
            .kernelDim(wholeNumber("kernel_dim", 64))
            .initScale(wholeNumber("init_scale", 0))
            .decayRange(number("decay_min"), number("decay_max"))
            .composition(mode.contains("sum") ? Composition.SUM : Composition.CONCATENATE)
            .interpolation(mode.contains("nearest") ? Interpolation.NEAREST : Interpolation.LINEAR)
            .decay(mode.contains("learnable") ? DecayLaw.POWER : DecayLaw.GEOMETRIC)
            .initialization(mode.contains("randn") ? Initialization.NORMAL : Initialization.COSINE);
    if (given("n_scales") != null) {
      builder.scales(wholeNumber("n_scales", 0));
    }
    return builder.build();
  }

  private String mode() throws JsonException {
    JsonValue value = given("mode");
    if (value == null) {
      return "cat_randn";
    }
    if (value instanceof JsonString text
        && (text.value().contains("sum") || text.value().contains("cat"))
        && (text.value().contains("randn") || text.value().contains("cos"))) {
      for (String word : OTHER_KERNELS) {
        if (text.value().contains(word)) {
          throw new JsonException(
              "mode is "
                  + PrintableText.quote(text.value())
                  + ": kernels of '"
                  + word
                  + "' are not supported");
        }
      }
      return text.value();
    }
    throw new JsonException(
        "mode is " + value.kind() + ", expected a string with cat or sum, and randn or cos");
  }

  private int wholeNumber(String name, int fallback) throws JsonException {
    JsonValue value = given(name);
    if (value == null) {
      return fallback;
    }
    if (value instanceof JsonNumber number && number.text().matches("-?[0-9]{1,9}")) {
      return Integer.parseInt(number.text());
    }
    throw new JsonException(name + " is " + value.kind() + ", expected a whole number below 10^9");
  }

  private double number(String name) throws JsonException {
    JsonValue value = given(name);
    if (value == null) {
      return 2;
    }
    if (value instanceof JsonNumber number) {
      return Double.parseDouble(number.text());
    }
    throw new JsonException(name + " is " + value.kind() + ", expected a number");
  }

  private boolean truth(String name) throws JsonException {
    JsonValue value = given(name);
    if (value == null) {
      return false;
    }
    if (value instanceof JsonBoolean bool) {
      return bool.value();
    }
    throw new JsonException(name + " is " + value.kind() + ", expected true or false");
  }

  /** The argument, unless it is left out or null. */
  private @Nullable JsonValue given(String name) {
    JsonValue value = arguments.get(name);
    return value instanceof JsonNull ? null : value;
  }
}
