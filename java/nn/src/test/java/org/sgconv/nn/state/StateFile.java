package org.sgconv.nn.state;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.sgconv.Backends;
import org.sgconv.io.ElementType;
import org.sgconv.io.Safetensors;
import org.sgconv.io.SafetensorsWriter;
import org.sgconv.io.TensorEntry;
import org.sgconv.nn.SmallModels;
import org.sgconv.nn.model.SequenceModel;
import org.sgconv.nn.model.SequenceModelSpec;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** What a file of a model holds, to be changed before it is loaded. */
final class StateFile implements AutoCloseable {

  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final Map<String, long[]> numbers = new LinkedHashMap<>();
  private final Map<String, ElementType> types = new LinkedHashMap<>();

  /** As {@link StateDict} writes it. */
  static StateFile of(SequenceModel model) {
    StateFile made = new StateFile();
    try (Safetensors file = Safetensors.of("a model", StateDict.toBytes(model))) {
      for (String name : file.names()) {
        ElementType type = file.entry(name).type().orElseThrow();
        if (type.isReadableAsIntegers()) {
          made.numbers.put(name, file.readIntegers(name));
          made.types.put(name, type);
        } else {
          made.tensors.put(name, file.read(name, DType.FLOAT64));
        }
      }
    }
    return made;
  }

  /** Lines of name, element type and shape that a new model's file has. */
  static List<String> contents(SmallModels kind) {
    try (SequenceModel model =
            SequenceModel.create(Backends.reference(), kind.spec(), DType.FLOAT64, 1);
        Safetensors file = Safetensors.of("a model", StateDict.toBytes(model))) {
      return file.names().stream().map(name -> line(file.entry(name))).toList();
    }
  }

  private static String line(TensorEntry entry) {
    String dims = entry.dims().stream().map(String::valueOf).collect(Collectors.joining(", "));
    return entry.name() + " " + entry.dtype() + " (" + dims + ")";
  }

  Tensor tensor(String name) {
    return tensors.get(name);
  }

  void put(String name, Tensor value) {
    remove(name);
    tensors.put(name, value);
  }

  void put(String name, long[] values) {
    put(name, types.getOrDefault(name, ElementType.I64), values);
  }

  /** One number is a scalar, several are a vector. */
  void put(String name, ElementType type, long[] values) {
    remove(name);
    numbers.put(name, values);
    types.put(name, type);
  }

  void remove(String name) {
    Tensor.closeAll(tensors.remove(name));
    numbers.remove(name);
  }

  void addTo(SafetensorsWriter writer, String prefix) {
    tensors.forEach((name, value) -> writer.add(prefix + name, value));
    numbers.forEach(
        (name, values) ->
            writer.add(
                prefix + name,
                types.get(name),
                values,
                values.length == 1 ? new long[0] : new long[] {values.length}));
  }

  SequenceModel load(SequenceModelSpec spec) {
    return load(spec, NameMap.PUBLISHED);
  }

  SequenceModel load(SequenceModelSpec spec, NameMap names) {
    SafetensorsWriter writer = Safetensors.writer();
    addTo(writer, "");
    try (Safetensors file = Safetensors.of("changed", writer.toBytes())) {
      return SequenceModel.load(file, names, "", spec, Backends.reference(), DType.FLOAT64);
    }
  }

  @Override
  public void close() {
    Tensor.closeAll(tensors.values().toArray(Tensor[]::new));
  }

  @Override
  public String toString() {
    return tensors.keySet() + Arrays.toString(numbers.keySet().toArray());
  }
}
