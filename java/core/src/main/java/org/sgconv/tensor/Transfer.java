package org.sgconv.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Function;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.spi.DevicePart;
import org.sgconv.spi.PinnedMemory;
import org.sgconv.spi.TensorAccess;
import org.sgconv.spi.TensorCheck;

/** Copies between host and devices. */
final class Transfer {

  private Transfer() {}

  /**
   * Copies into a tensor of the same shape and type and returns that. A new tensor that cannot be
   * filled is the caller's loss only if it is closed: so it is.
   */
  static Tensor copyInto(Tensor fresh, Tensor source) {
    try (Closer made = Closer.onFailure()) {
      made.add(fresh);
      copy(source, fresh);
      made.keep();
      return fresh;
    }
  }

  /** As {@link #copyInto}, on the host, from a tensor of another type. */
  static Tensor convertInto(Tensor fresh, Tensor source) {
    try (Closer made = Closer.onFailure()) {
      made.add(fresh);
      HostAccess.run(
          source,
          () ->
              Elements.convert(
                  source.memory(),
                  source.type(),
                  fresh.memory(),
                  fresh.type(),
                  fresh.elementCount()),
          source,
          fresh);
      made.keep();
      return fresh;
    }
  }

  /** Copies elements between tensors of the same shape and type. */
  static void copy(Tensor source, Tensor target) {
    source.storage.enter();
    try {
      target.storage.enter();
      try {
        copyUnguarded(source, target);
        MemoryFaults.settle();
      } catch (IllegalStateException closed) {
        source.requireOpen(); // of borrowed memory the lender may have ended
        target.requireOpen();
        throw closed;
      } catch (InternalError error) {
        throw MemoryFaults.translate(source + " or " + target, error);
      } finally {
        target.storage.leave();
      }
    } finally {
      source.storage.leave();
    }
  }

  /** Copies as many FLOAT32 values as there are elements. */
  static void copy(float[] values, Tensor target) {
    TensorCheck.writable("tensor", target);
    HostAccess.run(
        target,
        () ->
            MemorySegment.copy(
                values, 0, target.memory(), ValueLayout.JAVA_FLOAT, 0, values.length),
        target);
  }

  /** Copies as many FLOAT64 values as there are elements. */
  static void copy(double[] values, Tensor target) {
    TensorCheck.writable("tensor", target);
    HostAccess.run(
        target,
        () ->
            MemorySegment.copy(
                values, 0, target.memory(), ValueLayout.JAVA_DOUBLE, 0, values.length),
        target);
  }

  private static void copyUnguarded(Tensor source, Tensor target) {
    if (source.isOnHost() && target.isOnHost()) {
      target.memory().copyFrom(source.memory());
    } else if (source.isOnHost()) {
      DevicePart to = TensorAccess.devicePart(target);
      PinnedMemory pinned = source.pinned();
      if (pinned == null) {
        to.upload(source.memory());
      } else {
        to.upload(pinned, source.offset());
      }
    } else if (target.isOnHost()) {
      DevicePart from = TensorAccess.devicePart(source);
      PinnedMemory pinned = target.pinned();
      if (pinned == null) {
        from.download(target.memory());
      } else {
        from.download(pinned, target.offset());
      }
    } else {
      TensorAccess.devicePart(target).copyFrom(TensorAccess.devicePart(source));
    }
  }

  /** What {@code read} makes of the tensor, or of a copy in the host's memory. */
  static <T> T onHost(Tensor tensor, Function<Tensor, T> read) {
    if (tensor.isOnHost()) {
      return HostAccess.call(tensor, () -> read.apply(tensor));
    }
    try (Tensor host = tensor.toHost()) {
      return read.apply(host);
    }
  }
}
