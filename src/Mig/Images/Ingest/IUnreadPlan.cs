using Mig.Core;
using Mig.History.Layouts;

namespace Mig.Images.Ingest;

/// <summary>What of a disk need not be read, because the version before has it.</summary>
internal interface IUnreadPlan
{
    /// <summary>Whether a disk with the layout of the version before is taken to have its trees, too.</summary>
    bool TrustsTrees { get; }

    /// <summary>Whether what it takes is cut as a commit that reads everything cuts it; an edit cuts more finely.</summary>
    bool IsCutByReading { get; }

    /// <summary>Gives the files of a volume that need not be read their content.</summary>
    /// <param name="unread">Receives the pieces of the disk that they take; those with a null blob are zeros.</param>
    /// <returns>The files that must be read.</returns>
    List<ScannedFile> TakeFiles(OpenVolume volume, List<LayoutPiece> unread);

    /// <summary>Splits what no file accounts for into what must be read and what is taken as it was.</summary>
    /// <param name="unread">Receives the pieces of the latter; those with a null blob are zeros.</param>
    List<ByteRange> TakeResidue(DiskRemainder remainder, List<LayoutPiece> unread);

    /// <summary>Asks for trees that were left out to be made after all.</summary>
    /// <returns>True when everything is to be taken again.</returns>
    bool WantsTrees();
}
