"""What the formats of ``python -m train import`` look like on disk: the text of its help."""

DESCRIPTION = """\
Bring a data set into the neutral form that all training reads:
dataset.json, index.csv, images/, masks/ and, where known, body/.

Every fault is listed with its fix, here and in OUT/faults.csv: pictures and masks
that differ in size, stray labels, empty masks, damaged files, EXIF rotation, pictures
that come twice, pictures without mask and masks without picture. What hurts is left
out; what could be fixed was, and is listed as a note.

Folders may be ZIP archives as they were downloaded. Exit code 1: written, and pictures
that could not be read were passed over; 2: nothing was written. 1,000 photos take about
a minute on two cores."""

_CCP = """\
Clothing Co-Parsing (Yang, Luo, Lin, CVPR 2014) in its own layout:

  DIR/label_list.mat                         the 59 label names
  DIR/photos/NNNN.jpg
  DIR/annotations/pixel-level/NNNN.mat       a label for each pixel

Clothes are garment; skin and hair are body; shoes, bags and jewellery are neither.
Photos without pixel labels are passed over."""

_PAIRS = """\
A folder of pictures and a folder of masks, paired by path and stem:

  PICTURES/a/shirt.jpg    MASKS/a/shirt.png     (with --mask-suffix _m: shirt_m.png)

A mask has the picture's size and is one of
  0/1 or 0/255            1-bit, 8-bit, 16-bit or palette PNG; what is not 0 is garment
  soft, 0 to 255          8-bit or 16-bit alpha; the upper half is garment
  labels                  palette or grey PNG, with --garment-label 4,7: those
                          numbers are garment, all others are not
Any other value is a fault, and its picture is left out. Masks of the background are
turned round by --garment-label 0."""

_COCO = """\
COCO JSON as CVAT, Label Studio and Roboflow export it; SOURCE is the file, the folder
or the ZIP archive:

  CVAT           annotations/instances_default.json    images/…
  Label Studio   result.json                           images/…
  Roboflow       train/_annotations.coco.json          train/…   (valid/, test/ alike)

Outlines (polygons) and painted regions (RLE, counted or compressed) are drawn; boxes
without outline are a fault. iscrowd regions count like others. Pictures are found by the
end of their path, in sub-folders too. Augmented versions that Roboflow made of one photo
(NAME.rf.HASH.jpg) are one group. The export's own split is not used: ours is by group."""

_VOC = """\
PASCAL VOC segmentation, as CVAT exports it and as VOC 2012 lies on disk:

  DIR/JPEGImages/STEM.jpg                   (or another folder, with --images)
  DIR/SegmentationClass/STEM.png            palette PNG, or colours
  DIR/ImageSets/Segmentation/*.txt          stems, one a line; all lists together are
                                            imported; without lists, every mask
  DIR/labelmap.txt                          name:red,green,blue:: a line; without it
                                            categories are numbers: --garment-category 5

Palette index 255, or its colour 224,224,192, is void: pixels left open by the annotator.
They become background, unless --void says otherwise. Black that no line of labelmap.txt
has is background. LabelMe's class_names.txt may stand for labelmap.txt."""

_LABELME = """\
LabelMe, one JSON file for each picture:

  DIR/STEM.json     shapes; the picture embedded (imageData) or beside it (imagePath)

Polygons, rectangles, circles and painted masks are drawn; points and lines have no
inside and are a fault. An embedded picture is used before the file."""

# By sub-command: a line for the list of all, and the text of its own help.
FORMATS = {
    "ccp": ("Clothing Co-Parsing in its own layout", _CCP),
    "pairs": ("a folder of pictures and a folder of masks", _PAIRS),
    "coco": ("COCO JSON from CVAT, Label Studio or Roboflow", _COCO),
    "voc": ("PASCAL VOC SegmentationClass, labelmap.txt", _VOC),
    "labelme": ("LabelMe JSON, one for each picture", _LABELME),
}
