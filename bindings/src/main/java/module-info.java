/**
 * The native libraries of sgconv behind a checked boundary: found, loaded and called so that misuse
 * is an exception and never a crash. For {@code org.sgconv} alone.
 */
@SuppressWarnings("module") // org.sgconv is compiled after this module
module org.sgconv.bindings {
  requires static org.jspecify;

  exports org.sgconv.bindings to
      org.sgconv;
  exports org.sgconv.bindings.closing to
      org.sgconv;
  exports org.sgconv.bindings.load to
      org.sgconv;
  exports org.sgconv.bindings.process to
      org.sgconv;
}
