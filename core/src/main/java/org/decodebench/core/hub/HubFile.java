package org.decodebench.core.hub;

/**
 * A file of a repository as the hub lists it.
 *
 * @param path with slashes
 * @param size in bytes
 * @param digest hexadecimal: SHA-256 of a large file, Git's SHA-1 of a small one; also the name of
 *     the file's blob in the cache
 */
record HubFile(String path, long size, String digest) {

  boolean large() {
    return digest.length() == 64;
  }
}
