package org.sgconv.benchmarks.gpu;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import org.sgconv.FileFailure;
import org.sgconv.InvalidFileException;

/**
 * A run. As JSON it is this record, field by field.
 *
 * @param copyBytesPerSecond of a copy on the device, bytes read and written, in the same run
 * @param torch version of PyTorch, or why it was not measured
 * @param finished whether every case had its turn; a run that is cut off leaves what it had
 */
public record GpuResults(
    GpuMachine machine,
    double copyBytesPerSecond,
    String torch,
    List<GpuMeasurement> measurements,
    boolean finished) {

  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /** Writes JSON. */
  public void writeTo(OutputStream out) throws IOException {
    out.write(MAPPER.writeValueAsBytes(this));
    out.write('\n');
  }

  /**
   * Reads what {@link #writeTo} wrote.
   *
   * @throws InvalidFileException if it is something else or cannot be read
   */
  public static GpuResults read(Path file) {
    try {
      GpuResults results = MAPPER.readValue(Files.readAllBytes(file), GpuResults.class);
      if (results.machine() == null || results.measurements() == null) {
        throw new InvalidFileException(file, "it has no machine or no measurements");
      }
      return results;
    } catch (JsonProcessingException e) {
      throw new InvalidFileException(
          file, "it is not a gpu.json of this program: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new InvalidFileException(file, "cannot be read: " + FileFailure.reason(e), e);
    }
  }

  /**
   * Whether every case had its turn and has a time of this library, none being wrong; a peer may
   * run out of memory.
   */
  @JsonIgnore
  public boolean isComplete() {
    return finished
        && measurements.stream()
            .filter(each -> each.library().equals(GpuMeasurement.SGCONV))
            .allMatch(each -> each.failure() == null);
  }

  /** Milliseconds of PyTorch's fastest way through the same case. */
  OptionalDouble fastestTorch(GpuMeasurement of) {
    return measurements.stream()
        .filter(each -> each.library().equals(GpuMeasurement.PYTORCH) && of.isOfSameCase(each))
        .map(GpuMeasurement::medianMs)
        .filter(Objects::nonNull)
        .mapToDouble(Double::doubleValue)
        .min();
  }
}
