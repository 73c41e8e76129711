"""What is written for paper and for machines: packets, tables, workpapers, the workbook, exports."""
