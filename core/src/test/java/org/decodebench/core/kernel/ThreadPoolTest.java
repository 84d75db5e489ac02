package org.decodebench.core.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class ThreadPoolTest {

  @Test
  void everyPartRunsOnceInEveryRound() throws InterruptedException {
    for (int threads : new int[] {1, 2, 5}) {
      ThreadPool pool = ThreadPool.of(threads);
      AtomicIntegerArray counts = new AtomicIntegerArray(threads);
      ThreadPool.Work work = (part, parts) -> counts.incrementAndGet(part);
      for (int round = 0; round < 400; round++) {
        if (round % 100 == 99) {
          Thread.sleep(2); // long enough for the workers to park
        }
        pool.run(work);
      }
      for (int part = 0; part < threads; part++) {
        assertEquals(400, counts.get(part));
      }
    }
  }

  @Test
  void partsCoverAllUnitsWithoutOverlap() {
    for (int n : new int[] {0, 1, 2, 7, 64}) {
      for (int parts : new int[] {1, 2, 3, 5}) {
        assertEquals(0, ThreadPool.split(n, 0, parts));
        assertEquals(n, ThreadPool.split(n, parts, parts));
        for (int part = 0; part < parts; part++) {
          assertTrue(ThreadPool.split(n, part, parts) <= ThreadPool.split(n, part + 1, parts));
        }
      }
    }
  }

  @Test
  void aFailureOfAWorkerReachesTheCallerAndThePoolLivesOn() {
    ThreadPool pool = ThreadPool.of(3);
    assertThrows(
        IllegalStateException.class,
        () ->
            pool.run((part, parts) -> {
              if (part == 2) {
                throw new IllegalArgumentException("part 2");
              }
            }));
    AtomicInteger count = new AtomicInteger();
    pool.run((part, parts) -> count.incrementAndGet());
    assertEquals(3, count.get());
  }

  @Test
  void workInsideWorkRunsOnTheCallingThread() {
    ThreadPool pool = ThreadPool.of(2);
    AtomicInteger count = new AtomicInteger();
    pool.run((part, parts) -> pool.run((p, ps) -> count.incrementAndGet()));
    assertEquals(4, count.get());
  }
}
