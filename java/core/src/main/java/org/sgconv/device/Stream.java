package org.sgconv.device;

import java.lang.foreign.MemorySegment;
import org.sgconv.Backend;
import org.sgconv.InvalidArgumentException;
import org.sgconv.spi.BackendProvider;

/**
 * A queue of work for a device, done in the order in which it is submitted, while the host goes on.
 * Tensors, spectra and convolutions belong to one stream, so that nothing is used before it is
 * written or after it is freed; {@code Tensor.copyTo(Stream)} takes a tensor to another. What fails
 * on the device shows in a later call on its stream, at the latest in {@link #synchronize}.
 *
 * <p>Any thread may use a stream.
 *
 * @since 0.1.0
 */
public interface Stream extends AutoCloseable {

  /**
   * Where a backend's work goes: of the backend that {@code Backends} names, the default stream of
   * the first device that can be used when it is first asked for.
   *
   * @throws InvalidArgumentException if the backend computes on the host
   * @throws org.sgconv.SgConvException if no device can be used now
   */
  static Stream of(Backend backend) {
    return BackendProvider.of(backend).stream()
        .orElseThrow(
            () ->
                new InvalidArgumentException(
                    "backend '" + backend.name() + "' computes on the host: it has no streams"));
  }

  /** The device that does the work. */
  Device device();

  /** The backend whose work goes to this stream. */
  Backend backend();

  /**
   * Waits until all work submitted so far is done.
   *
   * @throws StreamClosedException if the stream is closed
   * @throws DeviceLostException if the work ended all use of the device
   * @throws InvalidArgumentException while this thread records this stream's work
   */
  void synchronize();

  /**
   * Work submitted from now on begins after the work before an event, of whatever stream and
   * device. The host does not wait. An event that was never recorded holds nothing back; recording
   * it anew later changes nothing.
   *
   * @throws WrongDeviceException if the event is of another backend
   * @throws StreamClosedException if the stream is closed
   * @throws org.sgconv.ClosedException if the event is closed
   * @throws InvalidArgumentException while this thread records this stream's work
   */
  void waitFor(Event event);

  /**
   * Records the work that {@code work} submits from this thread, without doing it: a forward or
   * backward pass into given tensors, which must have run once before so that every plan and
   * workspace is there. The thread may be a virtual one and may wait meanwhile; work that other
   * threads submit to this stream waits for the end of the recording. The caller closes it.
   *
   * @throws org.sgconv.SgConvException if the work allocates, frees, waits, copies from or to the
   *     host, or fails
   */
  Recording record(Runnable work);

  /**
   * The address of the cudaStream_t, for other libraries: what they submit to it is done in the
   * order of this stream. It may be used until the stream is closed. The legacy default stream has
   * CUDA's other name for it here, cudaStreamLegacy.
   *
   * @throws StreamClosedException if the stream is closed
   */
  MemorySegment handle();

  /** Whether {@link #close} was called. */
  boolean isClosed();

  /**
   * Waits for the work and ends the stream. Closing a closed stream does nothing.
   *
   * @throws InvalidArgumentException if it is a default stream, or tensors, spectra or recordings
   *     of it are open
   */
  @Override
  void close();
}
