package org.sgconv.internal.cuda;

import org.sgconv.InvalidArgumentException;
import org.sgconv.bindings.CudaEvent;
import org.sgconv.device.Device;
import org.sgconv.device.Event;
import org.sgconv.device.Stream;
import org.sgconv.device.WrongDeviceException;

/** An event of the CUDA runtime. */
final class GpuEvent implements Event {

  private final GpuDevice device;
  private final CudaEvent mark;

  GpuEvent(GpuDevice device, CudaEvent mark) {
    this.device = device;
    this.mark = mark;
  }

  CudaEvent mark() {
    return mark;
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public void record(Stream stream) {
    if (!(stream instanceof GpuStream known) || known.device() != device) {
      throw new WrongDeviceException(
          this + " cannot be recorded on " + stream + ": create an event of " + stream.device());
    }
    known.requireNoRecording("records an event", "record it before or after");
    try {
      known.queue().record(mark);
    } catch (RuntimeException e) {
      throw CudaFailures.translate(this + " on " + stream, e);
    }
  }

  private static void requireNoneRecording(String call) {
    GpuStream.requireNoneRecording(
        "calls " + call + " of an event, which waits, and nothing is done that is being recorded",
        "wait before it is recorded, or after it is replayed");
  }

  @Override
  public void synchronize() {
    requireNoneRecording("synchronize()");
    try {
      mark.synchronize();
    } catch (RuntimeException e) {
      throw CudaFailures.translate("work before " + this, e);
    }
  }

  @Override
  public double millisecondsSince(Event start) {
    requireNoneRecording("millisecondsSince()");
    if (!(start instanceof GpuEvent first) || first.device != device) {
      throw new WrongDeviceException(
          start + " and " + this + " are of different devices: no time lies between them");
    }
    for (GpuEvent each : new GpuEvent[] {first, this}) {
      if (!each.mark.isRecorded()) {
        throw new InvalidArgumentException(each + " was never recorded: record it on a stream");
      }
    }
    try {
      return mark.millisecondsSince(first.mark);
    } catch (RuntimeException e) {
      throw CudaFailures.translate("time between events of " + device, e);
    }
  }

  @Override
  public void close() {
    try {
      mark.close();
    } catch (RuntimeException e) {
      throw CudaFailures.translate("closing " + this, e);
    }
  }

  @Override
  public String toString() {
    return "an event of " + device;
  }
}
