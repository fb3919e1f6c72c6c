package org.sgconv.spi;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.sgconv.tensor.Tensor;

/**
 * The memory of a native call's tensors of the host. From when it is asked for until {@link
 * #close}, no thread can close them: {@link Tensor#close} throws {@link
 * org.sgconv.TensorInUseException}, and whoever else reads them notices nothing.
 *
 * <p>Such memory must not be used after {@link #close}; it may be another tensor's then. A segment
 * that is to be kept is {@link Tensor#segment}, whose end costs more: see ADR 2.
 *
 * <p>For one call at a time, again and again, so that a call allocates nothing:
 *
 * {@snippet :
 * try (HeldMemory memory = held) {
 *   library.call(memory.of(u), memory.ofOptional(gate), memory.of(y));
 * }
 * }
 *
 * @since 0.1.0
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public final class HeldMemory implements AutoCloseable {

  private @Nullable Tensor[] tensors = new Tensor[12]; // as many as a backward call has
  private int count;

  /** Of no tensor yet. */
  public HeldMemory() {}

  /**
   * The memory of a tensor, which is held from now on.
   *
   * @throws org.sgconv.TensorClosedException if it, or the one that it views, is closed
   * @throws org.sgconv.device.WrongDeviceException if it is on a device
   */
  public MemorySegment of(Tensor tensor) {
    if (count == tensors.length) {
      tensors = Arrays.copyOf(tensors, 2 * count);
    }
    MemorySegment memory = TensorAccess.hold(tensor);
    tensors[count++] = tensor;
    return memory;
  }

  /** As {@link #of}; null for no tensor. */
  public @Nullable MemorySegment ofOptional(@Nullable Tensor tensor) {
    return tensor == null ? null : of(tensor);
  }

  /** Lets go of all tensors; what comes next holds others. */
  @Override
  public void close() {
    while (count > 0) {
      Tensor tensor = tensors[--count];
      tensors[count] = null; // whoever lost it is to be told so
      if (tensor != null) {
        TensorAccess.release(tensor);
      }
    }
  }
}
