package org.sgconv.internal.cuda;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Convolutions of a test go through cuFFT, whatever their length. */
final class CufftPath implements BeforeEachCallback, AfterEachCallback {

  @Override
  public void beforeEach(ExtensionContext context) {
    System.setProperty(CudaBackend.PATH, "cufft");
  }

  @Override
  public void afterEach(ExtensionContext context) {
    System.clearProperty(CudaBackend.PATH);
  }
}
