/**
 * Layers, blocks and models around structured global convolution, forward and backward, with the
 * published names and files (SGConv, arXiv 2210.09298).
 */
module org.sgconv.nn {
  requires transitive org.sgconv;
  requires static org.jspecify;

  exports org.sgconv.nn;
  exports org.sgconv.nn.layer;
  exports org.sgconv.nn.model;
  exports org.sgconv.nn.state;
}
