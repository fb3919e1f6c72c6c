package org.sgconv.bindings;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What our CUDA kernels were compiled for, in CMake's words such as {@code 80-real 90}, and so
 * which devices run them. The driver knows as well, but only once it has made a context for the
 * device.
 */
record CudaArchitectures(String text) {

  /** The sources use instructions that older devices have not, such as those of bfloat16. */
  private static final int OLDEST = 80;

  private static final Pattern ENTRY = Pattern.compile("(\\d+)(\\d)([af]?)(-real|-virtual)?");

  /**
   * Whether a device of this compute capability runs them, as far as that can be told: of words
   * that name no architecture, such as {@code native}, only that they are for 8.0 or later.
   *
   * @param capability major · 10 + minor
   */
  boolean runOn(int capability) {
    List<String> entries = Arrays.asList(text.strip().split("[\\s;,]+", -1));
    return !tooOld(capability) && entries.stream().anyMatch(entry -> runsOn(entry, capability));
  }

  /** Whether no build of them runs on a device of this compute capability. */
  static boolean tooOld(int capability) {
    return capability < OLDEST;
  }

  private static boolean runsOn(String entry, int capability) {
    Matcher matcher = ENTRY.matcher(entry);
    if (!matcher.matches()) {
      return true;
    }
    int major = Integer.parseInt(matcher.group(1));
    int architecture = major * 10 + Integer.parseInt(matcher.group(2));
    boolean sameMajor = capability / 10 == major && capability >= architecture;
    return switch (matcher.group(3)) {
      case "a" -> capability == architecture; // its code and its PTX are for no other
      case "f" -> sameMajor;
      default -> "-real".equals(matcher.group(4)) ? sameMajor : capability >= architecture;
    };
  }
}
