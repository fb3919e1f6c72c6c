package org.sgconv.nn;

import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sgconv.spi.BackendProvider;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Shape;
import org.sgconv.tensor.Tensor;

/** Named tensors that are made once, and again only if a larger one of the name is asked for. */
final class PassMemory implements AutoCloseable {

  private final BackendProvider provider;
  private final DType type;
  private final IdentityHashMap<Object, Map<String, Slot>> slots = new IdentityHashMap<>();

  PassMemory(BackendProvider provider, DType type) {
    this.provider = provider;
    this.type = type;
  }

  /** Memory for as many elements as were ever asked for, and the view that was asked for last. */
  private static final class Slot {
    private final Tensor memory;
    private @Nullable Tensor view;

    Slot(Tensor memory) {
      this.memory = memory;
    }

    Tensor view(long... dims) {
      Tensor known = view;
      // A view that was handed out may be closed there; the memory is not.
      if (known == null || known.isClosed() || !Arrays.equals(known.shape().toArray(), dims)) {
        long count = Shape.of(dims).elementCount();
        try (Tensor part = memory.slice(0, count)) {
          known = part.reshape(dims);
        }
        view = known;
      }
      return known;
    }
  }

  Tensor tensor(Object owner, String name, long... dims) {
    Map<String, Slot> own = slots.computeIfAbsent(owner, each -> new HashMap<>());
    Slot slot = own.get(name);
    long count = Shape.of(dims).elementCount();
    if (slot == null || slot.memory.elementCount() < count) {
      if (slot != null) {
        own.remove(name);
        slot.memory.close(); // first: both may not fit
      }
      slot = new Slot(provider.uninitialized(type, count));
      own.put(name, slot);
    }
    return slot.view(dims);
  }

  /** A tensor of that name, or of that name and a number, that shares no memory with these. */
  Tensor apart(List<Tensor> needed, Object owner, String name, long... dims) {
    Map<String, Slot> own = slots.getOrDefault(owner, Map.of());
    String free = name;
    for (int number = 2; overlaps(own.get(free), needed); number++) {
      free = name + " " + number;
    }
    return tensor(owner, free, dims);
  }

  private static boolean overlaps(@Nullable Slot slot, List<Tensor> tensors) {
    return slot != null && tensors.stream().anyMatch(slot.memory::overlaps);
  }

  @Override
  public void close() {
    Tensor.closeAll(
        slots.values().stream()
            .flatMap(own -> own.values().stream())
            .map(slot -> slot.memory)
            .toArray(Tensor[]::new));
    slots.clear();
  }
}
