package org.sgconv.device;

/**
 * A place among the work of a stream: the host, or another stream, waits for the work before it,
 * and the time between two of them can be taken. Any thread may use it.
 *
 * @since 0.1.0
 */
public interface Event extends AutoCloseable {

  /** The device whose streams it can be recorded on. */
  Device device();

  /**
   * Moves it to the end of the work that a stream has now.
   *
   * @throws WrongDeviceException if the stream is of another device
   * @throws StreamClosedException if the stream is closed
   * @throws org.sgconv.ClosedException if the event is closed
   * @throws org.sgconv.InvalidArgumentException while this thread records that stream's work
   */
  void record(Stream stream);

  /**
   * Waits for the work before it; returns at once if it was never recorded.
   *
   * @throws DeviceLostException if the work ended all use of the device
   * @throws org.sgconv.ClosedException if the event is closed
   * @throws org.sgconv.InvalidArgumentException while this thread records a stream's work
   */
  void synchronize();

  /**
   * The time from an earlier event to this one, in milliseconds. Waits for both.
   *
   * @throws WrongDeviceException if they are of different devices
   * @throws org.sgconv.InvalidArgumentException if one of them was never recorded, or this thread
   *     records a stream's work
   * @throws org.sgconv.ClosedException if one of them is closed
   */
  double millisecondsSince(Event start);

  /** Ends it. Who waits for it goes on waiting. Closing a closed event does nothing. */
  @Override
  void close();
}
