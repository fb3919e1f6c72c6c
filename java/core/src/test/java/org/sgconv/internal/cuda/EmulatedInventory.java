package org.sgconv.internal.cuda;

/** For a class loader that has nothing else to do with the emulated machine. */
public final class EmulatedInventory {

  private static final int MOST_WAITS = 200;

  private EmulatedInventory() {}

  /** Says what is alive on it, whoever made it; waits a while for streams that have been lost. */
  public static String run() throws InterruptedException {
    for (int i = 0; i < MOST_WAITS && EmulatedMachine.live("stream") > 0; i++) {
      System.gc();
      Thread.sleep(50);
    }
    return EmulatedMachine.inventory();
  }
}
