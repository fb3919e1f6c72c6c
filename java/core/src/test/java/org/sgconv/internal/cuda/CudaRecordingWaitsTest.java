package org.sgconv.internal.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.sgconv.InvalidArgumentException;
import org.sgconv.device.Event;
import org.sgconv.device.Recording;
import org.sgconv.device.Stream;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** Waiting for work that is only being recorded would last for ever: each call says so. */
class CudaRecordingWaitsTest extends CudaDeviceTest {

  @Test
  void whatWaitsInARecordingSaysWhatToDo() {
    try (Stream stream = device.createStream();
        Stream other = device.createStream();
        Event start = device.createEvent();
        Event end = device.createEvent();
        Event elsewhere = device.createEvent();
        Tensor source = Pass.tensor(stream, 1, 40);
        Tensor target = Tensor.zeros(stream, DType.FLOAT32, 40)) {
      start.record(stream);
      end.record(stream);
      elsewhere.record(other);
      Map<String, Runnable> calls = new LinkedHashMap<>();
      calls.put("calls synchronize()", stream::synchronize);
      calls.put("toHost", () -> target.toHost().close());
      calls.put("toFloatArray", target::toFloatArray);
      calls.put("calls synchronize() of an event", end::synchronize);
      calls.put("synchronize() of an event", elsewhere::synchronize);
      calls.put("millisecondsSince()", () -> end.millisecondsSince(start));
      calls.forEach(
          (call, wait) -> {
            Runnable work =
                () -> {
                  target.copyFrom(source);
                  wait.run();
                };
            assertThatThrownBy(() -> stream.record(work))
                .as(call)
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("a recording on " + stream)
                .hasMessageContaining(call)
                .hasMessageContaining("before it is recorded")
                .hasMessageContaining("or after");
          });
      assertThat(target.toFloatArray()).as("nothing was done").containsOnly(0);
      try (Recording recording = stream.record(() -> target.copyFrom(source))) {
        recording.replay();
        stream.synchronize();
        end.synchronize();
        assertThat(end.millisecondsSince(start)).isNotNegative();
        assertThat(target.toFloatArray()).containsExactly(source.toFloatArray());
      }
    }
  }

  /** Who does not record waits as ever, for another stream too. */
  @Test
  void otherStreamsCanBeWaitedFor() {
    try (Stream stream = device.createStream();
        Stream other = device.createStream();
        Tensor source = Pass.tensor(stream, 1, 40);
        Tensor target = Tensor.zeros(stream, DType.FLOAT32, 40)) {
      Runnable work =
          () -> {
            other.synchronize();
            target.copyFrom(source);
          };
      try (Recording recording = stream.record(work)) {
        recording.replay();
        assertThat(target.toFloatArray()).containsExactly(source.toFloatArray());
      }
    }
  }
}
