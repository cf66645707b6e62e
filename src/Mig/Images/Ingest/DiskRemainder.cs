using Mig.Core;
using Mig.History.Layouts;

namespace Mig.Images.Ingest;

/// <summary>What no file of a disk accounts for. All ascending and disjoint.</summary>
/// <param name="Ranges">Where it may be other than zero.</param>
/// <param name="Free">What the file systems hold to be free.</param>
/// <param name="Files">What the files account for; a null blob is zeros.</param>
/// <param name="Stats">What is noted of the disk so far.</param>
internal sealed record DiskRemainder(List<ByteRange> Ranges, List<ByteRange> Free, IReadOnlyList<LayoutPiece> Files, StatCache Stats);
