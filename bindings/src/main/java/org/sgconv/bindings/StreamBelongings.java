package org.sgconv.bindings;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.sgconv.bindings.cublas.Cublas;
import org.sgconv.bindings.cudart.Cudart;
import org.sgconv.bindings.cufft.Cufft;
import org.sgconv.bindings.process.LostHandles;

/**
 * What a stream that is never closed holds, so that it is given back when the stream is lost: with
 * the class loader of an application that was taken out of a server. Tensors of the stream cannot
 * be reached then either. All in collections of the JDK's, for {@link LostHandles}.
 */
final class StreamBelongings {

  private final Set<MemorySegment> memory = ConcurrentHashMap.newKeySet();
  private final Set<MemorySegment> pinned = ConcurrentHashMap.newKeySet();
  private final Set<MemorySegment> events = ConcurrentHashMap.newKeySet();
  private final Set<Integer> plans = ConcurrentHashMap.newKeySet();
  private final Set<MemorySegment> products = ConcurrentHashMap.newKeySet();

  /** Whether there is a step that ends plans, and one that ends products. */
  private boolean endsPlans;

  private boolean endsProducts;

  /** Those steps, once there is something to end: not every stream needs cuFFT or cuBLAS. */
  private final Queue<Runnable> further = new ConcurrentLinkedQueue<>();

  private StreamBelongings() {}

  /** Of a new stream; nothing yet. */
  static StreamBelongings watch(CudaStream stream, MemorySegment handle) {
    StreamBelongings all = new StreamBelongings();
    MethodHandle free = MethodHandles.insertArguments(Cudart.cudaFreeAsync$handle(), 1, handle);
    LostHandles.watch(
        stream,
        LostHandles.sequence(
            // The Cleaner's thread has device 0, which may have no context.
            bound(Cudart.cudaSetDevice$handle(), stream.device().ordinal()),
            bound(Cudart.cudaStreamSynchronize$handle(), handle),
            LostHandles.each(all.further),
            LostHandles.each(all.events, Cudart.cudaEventDestroy$handle()),
            LostHandles.each(all.pinned, Cudart.cudaFreeHost$handle()),
            LostHandles.each(all.memory, free),
            bound(Cudart.cudaStreamDestroy$handle(), handle)));
    return all;
  }

  private static MethodHandle bound(MethodHandle function, Object argument) {
    return MethodHandles.insertArguments(function, 0, argument);
  }

  void addMemory(long address) {
    memory.add(MemorySegment.ofAddress(address));
  }

  void removeMemory(long address) {
    memory.remove(MemorySegment.ofAddress(address));
  }

  void addPinned(long address) {
    pinned.add(MemorySegment.ofAddress(address));
  }

  void addEvent(MemorySegment event) {
    events.add(event);
  }

  /** Call under the stream's lock. */
  void addPlan(int plan) {
    if (!endsPlans) {
      addStep(LostHandles.each(plans, Cufft.cufftDestroy$handle()));
      endsPlans = true;
    }
    plans.add(plan);
  }

  void removePlan(int plan) {
    plans.remove(plan);
  }

  /** A handle of cuBLAS. Call under the stream's lock. */
  void addProducts(MemorySegment handle) {
    if (!endsProducts) {
      addStep(LostHandles.each(products, Cublas.cublasDestroy_v2$handle()));
      endsProducts = true;
    }
    products.add(handle);
  }

  void removeProducts(MemorySegment handle) {
    products.remove(handle);
  }

  private void addStep(MethodHandle end) {
    further.add(MethodHandleProxies.asInterfaceInstance(Runnable.class, end));
  }
}
