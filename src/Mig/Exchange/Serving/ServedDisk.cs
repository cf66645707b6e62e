using Mig.History.Images;
using Mig.History.Layouts;

namespace Mig.Exchange.Serving;

/// <summary>A disk that somebody reads.</summary>
/// <param name="Close">Called when that is over.</param>
internal sealed record ServedDisk(ImageDisk Disk, StoredDisk Source, Action Close);
