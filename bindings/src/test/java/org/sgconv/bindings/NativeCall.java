package org.sgconv.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A facade method with the segments that it takes, so that a test can spoil any one of them.
 *
 * @param name of the method
 * @param parameters its segments, in order
 * @param body the call, given every segment by name
 */
record NativeCall(String name, List<Parameter> parameters, Body body) {

  /**
   * A segment of a call.
   *
   * @param bytes exact size
   * @param written whether it is an output
   * @param alignment of its address
   */
  record Parameter(String name, long bytes, boolean written, int alignment) {}

  /** The call itself. */
  interface Body {
    void run(Map<String, MemorySegment> segments);
  }

  static Parameter in(String name, long values, CpuElement element) {
    return new Parameter(name, values * element.bytes(), false, element.bytes());
  }

  static Parameter out(String name, long values, CpuElement element) {
    return new Parameter(name, values * element.bytes(), true, element.bytes());
  }

  /** 64-bit integers. */
  static Parameter integers(String name, long values) {
    return new Parameter(name, values * Long.BYTES, false, Long.BYTES);
  }

  /** Segments that are as they should be. */
  Map<String, MemorySegment> validSegments(Arena arena) {
    Map<String, MemorySegment> segments = new LinkedHashMap<>();
    for (Parameter parameter : parameters) {
      segments.put(parameter.name, arena.allocate(parameter.bytes, 64));
    }
    return segments;
  }

  @Override
  public String toString() {
    return name;
  }
}
