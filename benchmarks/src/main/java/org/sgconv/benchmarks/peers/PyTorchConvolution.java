package org.sgconv.benchmarks.peers;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import org.sgconv.benchmarks.model.Output;
import org.sgconv.benchmarks.model.Workload;

/**
 * PyTorch through DJL: rfft, product, irfft over the whole batch. The skip is added to the kernel's
 * spectrum, which saves two passes over the signal. A step is autograd's; backward alone is written
 * out, as a user with a cached spectrum would, and costs no graph.
 */
final class PyTorchConvolution implements ConvolutionPeer {

  private final Workload work;
  private final int size;
  private final NDManager manager;
  private final NDArray u;
  private final NDArray kernel;
  private final NDArray skip;
  private final NDArray dy;
  private @Nullable NDArray spectrum;
  private @Nullable NDArray y;
  private @Nullable NDArray du;
  private @Nullable NDArray dk;
  private @Nullable NDArray dskip;

  PyTorchConvolution(Signals signals, int threads) {
    this.work = signals.workload();
    this.size = FastLength.forLinear(work.length());
    this.manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
    JniUtils.setNumThreads(threads);
    Shape signal = new Shape(work.batch(), work.hidden(), work.length());
    this.u = array(signals.u(), signal);
    this.dy = array(signals.dy(), signal);
    this.kernel = array(signals.kernel(), new Shape(work.hidden(), work.length()));
    this.skip = array(signals.skip(), new Shape(work.hidden(), 1));
  }

  private NDArray array(MemorySegment values, Shape shape) {
    NDArray array = manager.create(shape, DataType.FLOAT32);
    // A buffer holds at most 2 GiB, and so do the largest workloads' tensors.
    array.set(values.asByteBuffer().order(ByteOrder.nativeOrder()));
    return array;
  }

  private NDArray spectrumOf(NDArray kernelNow, NDArray skipNow) {
    return kernelNow.rfft(size, -1).add(skipNow);
  }

  private NDArray convolve(NDArray input, NDArray kernelSpectrum) {
    return firstSamples(input.rfft(size, -1).mul(kernelSpectrum).irfft(size, -1));
  }

  private NDArray firstSamples(NDArray padded) {
    return padded.get("..., :" + work.length());
  }

  /** Detaches {@code next} from {@code scope} and closes what it replaces. */
  private NDArray keep(@Nullable NDArray previous, NDArray next) {
    if (previous != null) {
      previous.close();
    }
    next.attach(manager);
    return next;
  }

  @Override
  public void prepare() {
    try (NDManager scope = manager.newSubManager()) {
      scope.tempAttachAll(kernel, skip);
      spectrum = keep(spectrum, spectrumOf(kernel, skip));
    }
  }

  private NDArray prepared() {
    NDArray current = spectrum;
    if (current == null) {
      throw new IllegalStateException("prepare() has not run");
    }
    return current;
  }

  @Override
  public void forward() {
    NDArray kernelSpectrum = prepared();
    try (NDManager scope = manager.newSubManager()) {
      scope.tempAttachAll(u, kernelSpectrum);
      y = keep(y, convolve(u, kernelSpectrum));
    }
  }

  @Override
  public void backward() {
    NDArray kernelSpectrum = prepared();
    try (NDManager scope = manager.newSubManager()) {
      scope.tempAttachAll(u, dy, kernelSpectrum);
      NDArray gradient = dy.rfft(size, -1);
      du = keep(du, firstSamples(gradient.mul(conjugate(kernelSpectrum)).irfft(size, -1)));
      NDArray product = conjugate(u.rfft(size, -1)).mul(gradient).sum(new int[] {0});
      dk = keep(dk, firstSamples(product.irfft(size, -1)));
      dskip = keep(dskip, dk.get("..., :1"));
    }
  }

  private static NDArray conjugate(NDArray array) {
    return JniUtils.conj((PtNDArray) array);
  }

  @Override
  public void step() {
    JniUtils.setGradMode(true);
    try (NDManager scope = manager.newSubManager()) {
      scope.tempAttachAll(u, kernel, skip, dy);
      // New leaves share the storage and have no gradient yet, so autograd hands its own over
      // instead of adding to an old one.
      NDArray input = leaf(u);
      NDArray kernelNow = leaf(kernel);
      NDArray skipNow = leaf(skip);
      NDArray output = convolve(input, spectrumOf(kernelNow, skipNow));
      JniUtils.backward((PtNDArray) output, (PtNDArray) dy, false, false);
      y = keep(y, output.stopGradient());
      du = keep(du, input.getGradient());
      dk = keep(dk, kernelNow.getGradient());
      dskip = keep(dskip, skipNow.getGradient());
    } finally {
      JniUtils.setGradMode(false);
    }
  }

  private static NDArray leaf(NDArray values) {
    NDArray leaf = values.stopGradient();
    leaf.setRequiresGradient(true);
    return leaf;
  }

  @Override
  public MemorySegment result(Output output) {
    NDArray array =
        switch (output) {
          case SIGNAL -> y;
          case INPUT_GRADIENT -> du;
          case KERNEL_GRADIENT -> dk;
          case SKIP_GRADIENT -> dskip;
        };
    if (array == null) {
      throw new IllegalStateException(output + " has not been computed");
    }
    return MemorySegment.ofArray(array.toFloatArray());
  }

  @Override
  public void close() {
    manager.close();
  }
}
