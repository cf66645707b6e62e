# Makes the tables of docs/benchmarks.md from the lines of measure.sh, with the set in front. Steps of several commands are added up; of repeated short
# ones the median counts.
BEGIN {
  stepCount = split("first again changed export cat log check gc export-gc cat-gc baseline send clone extract tar grep diff50 diff list inventory", steps, " ")
  shortSteps = " cat log cat-gc diff50 diff list inventory "
  plainSteps = " baseline export extract tar grep check export-gc "
  title["first"] = "First commits of all images, one after another"
  title["again"] = "The last image (" last ") again, unchanged, read in full"
  title["changed"] = "The last image after 50 files changed"
  title["export"] = "The last image as a raw disk again"
  title["cat"] = "One small file out of a version (median of 5)"
  title["log"] = "`mig log` (median of 5)"
  title["send"] = "The last image to where the one before it is"
  title["clone"] = "Both to where nothing is"
  title["diff50"] = "What differs after 50 files of the last image changed"
  title["diff"] = "What differs between the last image and the one before it"
  title["list"] = "All files of the last image with their metadata"
  title["inventory"] = "The packages of the last image"
  title["extract"] = "All files of the last image into a folder"
  title["tar"] = "All files of the last image into a tar file"
  title["grep"] = "One text in all files of the last image (`-c -F`)"
  title["check"] = "All contents read and checked"
  title["gc"] = "`mig gc`: contents compressed anew, at level 12"
  title["export-gc"] = "The last image as a raw disk again, after that"
  title["cat-gc"] = "One small file out of a version, after that (median of 5)"
  title["baseline"] = "For comparison, on the last image"
}
$1 == set {
  key = $2 "\t" $3
  if (!(key in count)) { order[$2] = order[$2] (order[$2] == "" ? "" : "\t") $3 }
  count[key]++
  seconds[key, count[key]] = $4; cpu[key, count[key]] = $5
  round = $8 == "" ? 1 : $8
  if (round > rounds[key]) rounds[key] = round
  total[key, round] += $4; cpus[key, round] += $5
  if ($6 > memory[key]) memory[key] = $6
  bytes[key] = $7
}
# order_of VALUES KEY N: puts the N values of a key into sorted.
function order_of(values, key, n,    i, j, t) {
  for (i = 1; i <= n; i++) sorted[i] = values[key, i] + 0
  for (i = 2; i <= n; i++) for (j = i; j > 1 && sorted[j - 1] > sorted[j]; j--) { t = sorted[j]; sorted[j] = sorted[j - 1]; sorted[j - 1] = t }
}
function median(values, key, n) {
  order_of(values, key, n)
  return sorted[int((n + 1) / 2)]
}
function spread(values, key, n) {
  if (n < 2) return ""
  order_of(values, key, n)
  return sprintf(" (%.2f–%.2f)", sorted[1], sorted[n])
}
END {
  for (s = 1; s <= stepCount; s++) {
    step = steps[s]
    if (order[step] == "") continue
    short = index(shortSteps, " " step " ") > 0
    isTransfer = step == "send" || step == "clone"
    hasRepository = !isTransfer && !short && index(plainSteps, " " step " ") == 0
    printf "\n%s:\n\n| | seconds | CPU seconds | peak MiB |%s\n|---|---:|---:|---:|%s\n", title[step], hasRepository ? " repository MiB |" : isTransfer ? " moved MiB |" : "", hasRepository || isTransfer ? "---:|" : ""
    n = split(order[step], tools, "\t")
    for (t = 1; t <= n; t++) {
      key = step "\t" tools[t]
      values = short ? count[key] : rounds[key]
      if (short) printf "| %s | %.2f%s | %.2f | %d |", tools[t], median(seconds, key, values), (rounds[key] > 1 ? spread(seconds, key, values) : ""), median(cpu, key, values), memory[key]
      else printf "| %s | %.2f%s | %.2f | %d |", tools[t], median(total, key, values), spread(total, key, values), median(cpus, key, values), memory[key]
      if (hasRepository || isTransfer) printf " %.0f |", bytes[key] / 1048576
      printf "\n"
    }
    if (step == "again" || step == "changed") print "\nqcow2 and zstd keep each version whole: as much again as the first time."
    if (step == "cat") print "\nThe peers keep the disk as one file: one small file of it cannot be asked for."
  }
}
