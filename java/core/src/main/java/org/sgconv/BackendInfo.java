package org.sgconv;

import java.util.List;

/**
 * What a backend runs on, for people and for reports.
 *
 * @param name the backend's name
 * @param version version of the backend's own code
 * @param instructionSet instruction set or GPU architecture in use, such as {@code avx512}
 * @param threads host threads it computes with
 * @param devices the devices it can use, one line each
 * @param leftOut devices that are there and cannot be used, each with the reason, one line each
 * @param libraries native libraries in use: absolute path and version, one line each
 * @since 0.1.0
 */
public record BackendInfo(
    String name,
    String version,
    String instructionSet,
    int threads,
    List<String> devices,
    List<String> leftOut,
    List<String> libraries) {

  /** Copies the lists. */
  public BackendInfo {
    devices = List.copyOf(devices);
    leftOut = List.copyOf(leftOut);
    libraries = List.copyOf(libraries);
  }

  /** Describes a backend that leaves no device out. */
  public BackendInfo(
      String name,
      String version,
      String instructionSet,
      int threads,
      List<String> devices,
      List<String> libraries) {
    this(name, version, instructionSet, threads, devices, List.of(), libraries);
  }
}
