package org.sgconv.tensor;

import java.lang.System.Logger.Level;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What is to be said if a tensor is lost without having been closed. It only reports: see ADR 2.
 * Lost tensors are looked for when one is allocated or closed and not by a thread, whose list of
 * open tensors would keep this class, and with it its class loader, for as long as one of them is
 * open.
 */
final class LeakReport extends PhantomReference<Storage> {

  private static final ReferenceQueue<Storage> LOST = new ReferenceQueue<>();

  /** Those of open tensors, which nobody else refers to once the tensor is lost. */
  private static final Set<LeakReport> OPEN = ConcurrentHashMap.newKeySet();

  private final String subject;
  private final Site allocated;

  private LeakReport(Storage storage, String subject, Site allocated) {
    super(storage, LOST);
    this.subject = subject;
    this.allocated = allocated;
  }

  /** Watches over a new storage. */
  static LeakReport of(Storage storage, String subject, Site allocated) {
    LeakReport report = new LeakReport(storage, subject, allocated);
    OPEN.add(report);
    return report;
  }

  /** The storage was closed: there is nothing to report. */
  void drop() {
    OPEN.remove(this);
    clear();
  }

  /** Reports what the garbage collector has found since the last call. */
  static void logLost() {
    for (Object lost = LOST.poll(); lost != null; lost = LOST.poll()) {
      if (lost instanceof LeakReport report && OPEN.remove(report)) {
        report.log();
      }
    }
  }

  private void log() {
    System.getLogger("org.sgconv.tensor")
        .log(
            Level.WARNING,
            () ->
                subject
                    + " was never closed and its memory is lost; allocated"
                    + allocated
                    + (Site.TRACING ? "" : "\n  (-Dsgconv.tensor.trace=true shows more)"));
  }
}
