package org.sgconv.benchmarks.host;

import java.time.Duration;
import java.util.List;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Contender;
import org.sgconv.benchmarks.model.Library;

/**
 * What is measured on the host, and for how long.
 *
 * @param threads of each library
 * @param rounds how often every case goes round all contenders
 * @param measurement time that a process measures
 * @param peersAtBest whether peers run a second time as {@link Contender#tuned}
 */
public record HostPlan(
    List<BenchmarkCase> cases,
    List<Library> libraries,
    int threads,
    int rounds,
    Duration measurement,
    boolean peersAtBest) {}
